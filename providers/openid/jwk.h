/* SPDX-License-Identifier: Apache-2.0 */
/* One public key of a server (RFC 7517 section 4), and what a set of them is. Private to jwks.c,
 * jws.c and the readers of keys. */
#ifndef CS_PROVIDERS_OPENID_JWK_H
#define CS_PROVIDERS_OPENID_JWK_H

#include "providers/openid/crypto.h"
#include "providers/openid/jose.h"
#include "providers/openid/jwks.h"
#include "json/json.h"

struct cs_jwk {
    char *kid; /* NULL: it has none */
    enum cs_jose_key_type type;
    unsigned algorithms; /* a set: what it may sign with */
    EVP_PKEY *key;
};

struct cs_jwks {
    struct cs_jwk keys[CS_JWKS_KEYS_MAX];
    size_t count;
    size_t skipped;
};

/*
 * Makes a key of a JSON object. False, and nothing to release: it cannot verify ID tokens, or
 * memory ran out, which makes one key fewer. Release it with cs_jwk_clear.
 */
bool cs_jwk_read(const struct cs_json_value *object, struct cs_jwk *ret_jwk) CS_MUST_USE;

void cs_jwk_clear(struct cs_jwk *jwk);

#endif
