/* SPDX-License-Identifier: Apache-2.0 */
/* ECDSA with P-256 and SHA-256, for verify.c and registration.c. */
#ifndef CS_U2F_SIGNATURE_H
#define CS_U2F_SIGNATURE_H

#include <openssl/evp.h>

#include "u2f/message.h"

/* Makes a public key from an uncompressed point; release it with EVP_PKEY_free. CS_ERR_INPUT if the
 * point is not on the curve. */
enum cs_err cs_u2f_open_point(const unsigned char point[CS_U2F_PUBLIC_KEY_BYTES],
                              EVP_PKEY **ret_key, struct cs_error *error) CS_MUST_USE;

/* CS_ERR_INPUT unless `key` signed the message; the signature must be DER to the last byte. */
enum cs_err cs_u2f_check_signature(EVP_PKEY *key, const unsigned char *message, size_t length,
                                   const unsigned char *signature, size_t signature_length,
                                   struct cs_error *error) CS_MUST_USE;

/* Releases a key; for CS_AUTO. */
void cs_u2f_free_key(EVP_PKEY **key);

#endif
