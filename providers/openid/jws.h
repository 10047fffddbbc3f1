/* SPDX-License-Identifier: Apache-2.0 */
/* Signed texts in compact form (RFC 7515 section 7.1): verified with the keys of a server, and
 * signed with our own. */
#ifndef CS_PROVIDERS_OPENID_JWS_H
#define CS_PROVIDERS_OPENID_JWS_H

#include "base/secret.h"
#include "providers/openid/jwks.h"
#include "providers/openid/private_key.h"

enum { CS_JWS_LENGTH_MAX = 65536 }; /* characters of a token */

/*
 * RFC 7515 section 5.2 for the compact form: exactly three parts in strict base64url, a header
 * without duplicate members, `alg` in the set `algorithms`, and the signature of a key for that
 * `alg`. The key is found by `kid`; without a `kid` each key of the type is tried. Refused as well:
 * `crit` and `b64` (no extension is understood here), and a `typ` that names another kind of token,
 * such as "at+jwt" (RFC 8725 section 3.11). Keys in the header, and addresses of keys, are never
 * looked at. `jwks` may be NULL, which has no key.
 *
 * `ret_payload` is set only if the signature is good. CS_ERR_INPUT: refused. CS_ERR_NOT_FOUND: it
 * may be signed by a newer key, so fetch the set again, once, and then take it for refused.
 * CS_ERR_NOMEM. Errors may quote the header, never another part: sanitise them.
 */
enum cs_err cs_jws_verify(const struct cs_jwks *jwks, const char *token, size_t length,
                          unsigned algorithms, struct cs_secret *ret_payload,
                          struct cs_error *error) CS_MUST_USE;

/* Signs a payload as a JWT: the header has alg, kid and "typ":"JWT". CS_ERR_CRYPTO: OpenSSL
 * cannot. */
enum cs_err cs_jws_sign(const struct cs_private_key *key, const char *payload, size_t length,
                        struct cs_secret *ret_token, struct cs_error *error) CS_MUST_USE;

#endif
