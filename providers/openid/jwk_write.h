/* SPDX-License-Identifier: Apache-2.0 */
/* The public half of an RSA or P-256 key as a JWK, and its thumbprint. */
#ifndef CS_PROVIDERS_OPENID_JWK_WRITE_H
#define CS_PROVIDERS_OPENID_JWK_WRITE_H

#include "base/secret.h"
#include "providers/openid/crypto.h"
#include "providers/openid/jose.h"

enum { CS_JWK_THUMBPRINT_SIZE = 44 }; /* SHA-256 in base64url, and a NUL */

/* Writes the required members and, unless `kid` is NULL, kid, alg and "use":"sig". `algorithm` says
 * what type the key is of. CS_ERR_CRYPTO: OpenSSL does not give its numbers; CS_ERR_NOMEM. */
enum cs_err cs_jwk_write(EVP_PKEY *key, enum cs_jose_algorithm algorithm, const char *kid,
                         struct cs_secret *ret_text, struct cs_error *error) CS_MUST_USE;

/* RFC 7638 section 3. */
enum cs_err cs_jwk_thumbprint(EVP_PKEY *key, enum cs_jose_algorithm algorithm,
                              char ret_thumbprint[CS_JWK_THUMBPRINT_SIZE],
                              struct cs_error *error) CS_MUST_USE;

#endif
