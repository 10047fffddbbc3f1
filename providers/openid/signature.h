/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures in the form of RFC 7518 section 3: those of ES256 are R and S, 32 bytes each, where
 * OpenSSL has DER. For jws.c. */
#ifndef CS_PROVIDERS_OPENID_SIGNATURE_H
#define CS_PROVIDERS_OPENID_SIGNATURE_H

#include <stddef.h>

#include "base/secret.h"
#include "providers/openid/crypto.h"
#include "providers/openid/jose.h"

/* Borrowed bytes. */
struct cs_bytes {
    const unsigned char *data;
    size_t length;
};

/* Whether `key`, which must be of the algorithm's type, signed the message. False for every
 * failure. */
bool cs_signature_is_good(EVP_PKEY *key, enum cs_jose_algorithm algorithm, struct cs_bytes message,
                          struct cs_bytes signature) CS_MUST_USE;

/* Signs with a private key of the algorithm's type: RS256 or ES256. CS_ERR_CRYPTO: OpenSSL
 * cannot. */
enum cs_err cs_signature_make(EVP_PKEY *key, enum cs_jose_algorithm algorithm,
                              struct cs_bytes message, struct cs_secret *ret_signature,
                              struct cs_error *error) CS_MUST_USE;

#endif
