/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/registry.h"

#include <string.h>

/* One row for each folder here. */
#define PROVIDERS(X)                                                                               \
    X(local)                                                                                       \
    X(verify) /* ibm_verify/ */                                                                    \
    X(openid)                                                                                      \
    X(werbot)                                                                                      \
    X(secsign)

#define DECLARE(name) extern const struct cs_provider_kind cs_##name##_kind;
#define ADDRESS(name) &cs_##name##_kind,

PROVIDERS(DECLARE)

static const struct cs_provider_kind *const kinds[] = {PROVIDERS(ADDRESS)};

_Static_assert(CS_ARRAY_SIZE(kinds) <= CS_PROVIDER_KINDS_MAX, "a login has room for all of them");

const struct cs_provider_kind *cs_provider_kind(size_t row)
{
    return row < CS_ARRAY_SIZE(kinds) ? kinds[row] : NULL;
}

const char *cs_provider_name(size_t row)
{
    return row < CS_ARRAY_SIZE(kinds) ? kinds[row]->name : NULL;
}

bool cs_provider_find(const char *name, size_t *ret_row)
{
    for (size_t row = 0; row < CS_ARRAY_SIZE(kinds); row++) {
        if (strcmp(kinds[row]->name, name) == 0) {
            *ret_row = row;
            return true;
        }
    }
    return false;
}

void cs_provider_close(struct cs_provider **provider)
{
    if (*provider != NULL)
        (*provider)->ops->close(*provider);
    *provider = NULL;
}
