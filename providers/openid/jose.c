/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/jose.h"

#include <stddef.h>
#include <string.h>

#include "base/attributes.h"

static const enum cs_jose_key_type key_types[CS_JOSE_ALGORITHMS] = {
    [CS_JOSE_RS256] = CS_JOSE_RSA,
    [CS_JOSE_PS256] = CS_JOSE_RSA,
    [CS_JOSE_ES256] = CS_JOSE_P256,
    [CS_JOSE_EDDSA] = CS_JOSE_ED25519,
};

/* The first rows are in the order of the enum; what follows are further names. */
static const struct {
    const char *name;
    enum cs_jose_algorithm algorithm;
} names[] = {
    {"RS256", CS_JOSE_RS256}, {"PS256", CS_JOSE_PS256},   {"ES256", CS_JOSE_ES256},
    {"EdDSA", CS_JOSE_EDDSA}, {"Ed25519", CS_JOSE_EDDSA},
};

const char *cs_jose_name(enum cs_jose_algorithm algorithm)
{
    return names[algorithm].name;
}

bool cs_jose_find(const char *name, enum cs_jose_algorithm *ret_algorithm)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(names) && name != NULL; i++) {
        if (strcmp(name, names[i].name) != 0)
            continue;
        *ret_algorithm = names[i].algorithm;
        return true;
    }
    return false;
}

enum cs_jose_key_type cs_jose_key_type(enum cs_jose_algorithm algorithm)
{
    return key_types[algorithm];
}
