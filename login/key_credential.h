/* SPDX-License-Identifier: Apache-2.0 */
/* The key of the store, where systemd hands it over. */
#ifndef CS_LOGIN_KEY_CREDENTIAL_H
#define CS_LOGIN_KEY_CREDENTIAL_H

#include "providers/kind.h"

/* `key_path` replaces the key that the settings name, in a kind that has one; NULL: nothing does.
 * Borrowed. Fails as cs_setting_set. */
enum cs_err cs_key_credential_set(const char *key_path, const struct cs_provider_kind *kind,
                                  union cs_provider_settings *settings,
                                  struct cs_error *error) CS_MUST_USE;

#endif
