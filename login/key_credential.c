/* SPDX-License-Identifier: Apache-2.0 */
#include "login/key_credential.h"

#define KEY_OPTION "key_file"

enum cs_err cs_key_credential_set(const char *key_path, const struct cs_provider_kind *kind,
                                  union cs_provider_settings *settings, struct cs_error *error)
{
    const struct cs_setting *row =
        cs_setting_find(kind->rows, CS_FROM_FILE, KEY_OPTION, sizeof KEY_OPTION - 1, NULL);

    return key_path != NULL && row != NULL ? cs_setting_set(row, key_path, settings, error) : CS_OK;
}
