/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key that a client proves itself with (`private_key_jwt`, OpenID Connect Core section 9):
 * P-256 or RSA with 2048 to 8192 bits, in PEM without a passphrase.
 */
#ifndef CS_PROVIDERS_OPENID_PRIVATE_KEY_H
#define CS_PROVIDERS_OPENID_PRIVATE_KEY_H

#include "base/secret.h"
#include "providers/openid/jose.h"

/* Never changes once it is read; several threads may use it. */
struct cs_private_key;

/*
 * Reads PEM text (PKCS #8, or the older forms of one type); never asks for a passphrase. `name` is
 * the file or setting, for errors. CS_ERR_CONFIG: not such a key, encrypted, or of a type or size
 * that is not accepted. `ret_key` is untouched on failure; release it with cs_private_key_free.
 */
enum cs_err cs_private_key_read(const char *name, const struct cs_secret *pem,
                                struct cs_private_key **ret_key,
                                struct cs_error *error) CS_MUST_USE;

/* Accepts NULL and sets the pointer to NULL. */
void cs_private_key_free(struct cs_private_key **key);

/* ES256 or RS256: what it signs with. */
enum cs_jose_algorithm cs_private_key_algorithm(const struct cs_private_key *key);

/* Its `kid`: the thumbprint of the public key by SHA-256 (RFC 7638), 43 characters. Borrowed. */
const char *cs_private_key_id(const struct cs_private_key *key);

/* The public key as the text of a JWK, in one line, with kid, alg and "use":"sig": what is
 * registered with the server. */
enum cs_err cs_private_key_jwk(const struct cs_private_key *key, struct cs_secret *ret_text,
                               struct cs_error *error) CS_MUST_USE;

/* Makes a new P-256 key: PKCS #8 in PEM, which cs_private_key_read reads. CS_ERR_CRYPTO: OpenSSL
 * cannot. */
enum cs_err cs_private_key_make(struct cs_secret *ret_pem, struct cs_error *error) CS_MUST_USE;

#endif
