/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/jwks.h"

#include <stdlib.h>

#include "providers/openid/jwk.h"

static enum cs_err refuse(struct cs_error *error, const char *why)
{
    return cs_fail(error, CS_ERR_UNAVAILABLE,
                   "the server's keys (jwks_uri) cannot be used: %s; look at what the address "
                   "answers",
                   why);
}

static enum cs_err read_list(const struct cs_json_value *list, struct cs_jwks *jwks,
                             struct cs_error *error)
{
    const struct cs_json_value *item;

    if (cs_json_type(list) != CS_JSON_ARRAY)
        return refuse(error, "there is no list 'keys'");
    if (cs_json_count(list) > CS_JWKS_KEYS_MAX)
        return refuse(error, "there are more than 64");
    for (item = cs_json_first(list); item != NULL; item = cs_json_next(item)) {
        if (cs_jwk_read(item, &jwks->keys[jwks->count]))
            jwks->count++;
        else
            jwks->skipped++;
    }
    if (jwks->count == 0)
        return refuse(error, "none is an RSA key of 2048 to 8192 bits, a P-256 key or an Ed25519 "
                             "key for signatures");
    return CS_OK;
}

enum cs_err cs_jwks_read(const char *text, size_t length, struct cs_jwks **ret_jwks,
                         struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
    enum cs_err result =
        cs_json_parse("the server's keys", text, length, CS_JSON_STRICT, &document, NULL);

    if (result == CS_OK)
        jwks = calloc(1, sizeof *jwks);
    if (result == CS_ERR_NOMEM || (result == CS_OK && jwks == NULL))
        return cs_fail_nomem(error);
    /* Not with the parser's message, which may quote what a wrong address answers. */
    if (result != CS_OK)
        return refuse(error, "they are not JSON");
    result = read_list(cs_json_get(cs_json_root(document), "keys"), jwks, error);
    if (result != CS_OK)
        return result;
    *ret_jwks = jwks;
    jwks = NULL;
    return CS_OK;
}

void cs_jwks_free(struct cs_jwks **jwks)
{
    if (*jwks == NULL)
        return;
    for (size_t i = 0; i < (*jwks)->count; i++)
        cs_jwk_clear(&(*jwks)->keys[i]);
    free(*jwks);
    *jwks = NULL;
}

size_t cs_jwks_count(const struct cs_jwks *jwks)
{
    return jwks->count;
}

size_t cs_jwks_skipped(const struct cs_jwks *jwks)
{
    return jwks->skipped;
}
