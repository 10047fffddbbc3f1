/* SPDX-License-Identifier: Apache-2.0 */
/* Signed texts in compact form (RFC 7515 section 7.1): verified with the keys of a server, and
 * signed with our own. */
#ifndef CS_PROVIDERS_OPENID_JWS_H
#define CS_PROVIDERS_OPENID_JWS_H

#include "base/secret.h"
#include "providers/openid/jwks.h"
#include "providers/openid/private_key.h"

enum {
    CS_JWS_LENGTH_MAX = 65536, /* characters of a token */
    CS_JWS_DETAIL_SIZE = 128,
};

enum cs_jws_state {
    CS_JWS_REFUSED,     /* the initial value */
    CS_JWS_GOOD,        /* signed by a key of the set */
    CS_JWS_KEY_UNKNOWN, /* may be signed by a newer key: fetch the set again, once */
};

struct cs_jws_result {
    enum cs_jws_state state;
    struct cs_secret payload;        /* only if good; the caller releases it */
    char detail[CS_JWS_DETAIL_SIZE]; /* why not; may quote the token's header: sanitise it */
};

/*
 * RFC 7515 section 5.2, in the order of section 7.2.2: exactly three parts in strict base64url, a
 * header without duplicate members, `alg` in the set `algorithms`, a key of the fitting type whose
 * own `alg`, if it has one, is the same. The key is found by `kid`; without a `kid` each key of the
 * type is tried. Refused as well: `crit` and `b64` (we understand no extension), and a `typ` that
 * names another kind of token, such as "at+jwt" (RFC 8725 section 3.11). Keys and addresses of keys
 * in the header are never looked at.
 *
 * `ret_result` starts as zeros; CS_OK means that it has the outcome. Otherwise it is refused:
 * CS_ERR_NOMEM, CS_ERR_CRYPTO.
 */
enum cs_err cs_jws_verify(const struct cs_jwks *jwks, const char *token, size_t length,
                          unsigned algorithms, struct cs_jws_result *ret_result,
                          struct cs_error *error) CS_MUST_USE;

/* Wipes and releases the payload. */
void cs_jws_result_free(struct cs_jws_result *result);

/* Signs a payload as a JWT: the header has alg, kid and "typ":"JWT". CS_ERR_CRYPTO: OpenSSL
 * cannot. */
enum cs_err cs_jws_sign(const struct cs_private_key *key, const char *payload, size_t length,
                        struct cs_secret *ret_token, struct cs_error *error) CS_MUST_USE;

#endif
