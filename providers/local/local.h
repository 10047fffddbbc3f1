/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in provider: factors and passwords in the store, judged here. */
#ifndef CS_PROVIDERS_LOCAL_LOCAL_H
#define CS_PROVIDERS_LOCAL_LOCAL_H

#include "providers/kind.h"

struct cs_local_settings {
    const char *store, *key_file;
};

extern const struct cs_provider_kind cs_local_kind;

#endif
