/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/key_secret.h"

#include <string.h>

_Static_assert((int)CS_U2F_PUBLIC_KEY_BYTES + (int)CS_U2F_HANDLE_MAX <= (int)CS_FACTOR_SECRET_MAX,
               "a key and its handle are one secret");

static const struct {
    const char *name;
    size_t bytes;
} algorithms[CS_U2F_ALGORITHMS] = {
    [CS_U2F_ES256] = {"es256", CS_U2F_PUBLIC_KEY_BYTES},
    [CS_U2F_EDDSA] = {"eddsa", CS_U2F_EDDSA_BYTES},
};

enum cs_err cs_key_put(const struct cs_u2f_public_key *key, const struct cs_u2f_handle *handle,
                       struct cs_factor *factor, struct cs_error *error)
{
    char secret[CS_U2F_PUBLIC_KEY_BYTES + CS_U2F_HANDLE_MAX];

    memcpy(secret, key->bytes, key->length);
    memcpy(secret + key->length, handle->bytes, handle->length);
    memcpy(factor->algorithm, algorithms[key->algorithm].name,
           strlen(algorithms[key->algorithm].name) + 1);
    return cs_secret_set(&factor->secret, secret, key->length + handle->length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

bool cs_key_get(const struct cs_factor *factor, struct cs_u2f_public_key *ret_key,
                struct cs_u2f_handle *ret_handle)
{
    size_t length = factor->secret.length;

    for (int i = 0; i < CS_U2F_ALGORITHMS; i++) {
        size_t bytes = algorithms[i].bytes;

        if (strcmp(factor->algorithm, algorithms[i].name) != 0)
            continue;
        if (length <= bytes || length > bytes + CS_U2F_HANDLE_MAX)
            return false;
        *ret_key =
            (struct cs_u2f_public_key){.algorithm = (enum cs_u2f_algorithm)i, .length = bytes};
        memcpy(ret_key->bytes, factor->secret.data, bytes);
        *ret_handle = (struct cs_u2f_handle){.length = length - bytes};
        memcpy(ret_handle->bytes, factor->secret.data + bytes, length - bytes);
        return true;
    }
    return false;
}
