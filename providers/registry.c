/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/registry.h"

#include <string.h>

#include "providers/ibm_verify/verify.h"
#include "providers/local/local.h"

static const struct cs_provider_kind *const kinds[] = {
    &cs_local_kind,
    &cs_verify_kind,
};

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
