/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"
#include "providers/local/local.h"
#include "providers/local/local_priv.h"

#define AT(member) offsetof(struct cs_local_settings, member)

static const struct cs_setting rows[] = {
    {.name = "store",
     .type = CS_SETTING_PATH,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(store),
     .fallback = CS_STORE_FILE,
     .help = "The file of the local provider's factors."},
    {.name = "key_file",
     .type = CS_SETTING_PATH,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(key_file),
     .fallback = CS_KEY_FILE,
     .help = "The keys that protect secrets in the store."},
    {0},
};

_Static_assert(sizeof(struct cs_local_settings) <= CS_PROVIDER_SETTINGS_MAX, "a login has room");

const struct cs_provider_kind cs_local_kind = {
    .name = "local",
    .rows = rows,
    .size = sizeof(struct cs_local_settings),
    .open = cs_local_open,
};
