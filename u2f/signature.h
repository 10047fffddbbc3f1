/* SPDX-License-Identifier: Apache-2.0 */
/* ECDSA with P-256 and SHA-256, and Ed25519: for verify.c, registration.c and credential.c. */
#ifndef CS_U2F_SIGNATURE_H
#define CS_U2F_SIGNATURE_H

#include <openssl/evp.h>

#include "u2f/message.h"

/* Makes an OpenSSL key; release it with EVP_PKEY_free. CS_ERR_INPUT if an ES256 key is not a point
 * on its curve; for EdDSA a signature fails then, and cs_u2f_check_edwards knows. */
enum cs_err cs_u2f_open_key(const struct cs_u2f_public_key *public_key, EVP_PKEY **ret_key,
                            struct cs_error *error) CS_MUST_USE;

/* CS_ERR_INPUT unless `key` signed the message. An ECDSA signature must be DER to the last byte. */
enum cs_err cs_u2f_check_signature(EVP_PKEY *key, const unsigned char *message, size_t length,
                                   const unsigned char *signature, size_t signature_length,
                                   struct cs_error *error) CS_MUST_USE;

/* CS_ERR_INPUT unless `public_key` signed these flags and counter for this application and client
 * data. What the flags say is not looked at. */
enum cs_err cs_u2f_check_claim(const struct cs_u2f_public_key *public_key,
                               const unsigned char app_hash[CS_U2F_HASH_BYTES],
                               const unsigned char client_hash[CS_U2F_HASH_BYTES],
                               const struct cs_u2f_assertion *assertion,
                               struct cs_error *error) CS_MUST_USE;

/* Releases a key; for CS_AUTO. */
void cs_u2f_free_key(EVP_PKEY **key);

#endif
