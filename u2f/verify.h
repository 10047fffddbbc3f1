/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks what a key's answers prove. Everything from a key or a client is unverified until these
 * functions return CS_OK. CS_ERR_INPUT means that the check failed, with the reason for the log;
 * CS_ERR_CRYPTO and CS_ERR_NOMEM mean that it could not be done. The caller is responsible for the
 * challenge, single use, expiry and the growing counter.
 */
#ifndef CS_U2F_VERIFY_H
#define CS_U2F_VERIFY_H

#include "u2f/message.h"

/* Registration data (section 4.3). `certificate` is owned, DER as the key sent it; nobody vouches
 * for it. */
struct cs_u2f_registration {
    unsigned char public_key[CS_U2F_PUBLIC_KEY_BYTES];
    struct cs_u2f_handle handle;
    unsigned char *certificate;
    size_t certificate_length;
    unsigned char signature[CS_U2F_SIGNATURE_MAX]; /* DER */
    size_t signature_length;
};

/*
 * Parses complete registration data and checks its form: lengths, the point on the curve, a
 * certificate with a P-256 key. `*ret_registration` is untouched on failure; release it with
 * cs_u2f_registration_free.
 */
enum cs_err cs_u2f_read_registration(const unsigned char *data, size_t length,
                                     struct cs_u2f_registration *ret_registration,
                                     struct cs_error *error) CS_MUST_USE;

/* Whether the certificate's key signed this registration for this application and client data. */
enum cs_err cs_u2f_verify_registration(const struct cs_u2f_registration *registration,
                                       const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                       const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                       struct cs_error *error) CS_MUST_USE;

void cs_u2f_registration_free(struct cs_u2f_registration *registration);

/* A public key whose private key nobody has: answers for users without a key are verified against
 * it, so that they take the same time. */
extern const unsigned char cs_u2f_nobodys_key[CS_U2F_PUBLIC_KEY_BYTES];

/* Whether somebody touched the key and the owner of `public_key` signed this assertion for this
 * application and client data (section 5.4). */
enum cs_err cs_u2f_verify_assertion(const unsigned char public_key[CS_U2F_PUBLIC_KEY_BYTES],
                                    const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                    const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                    const struct cs_u2f_assertion *assertion,
                                    struct cs_error *error) CS_MUST_USE;

/* CS_ERR_INPUT unless it is an uncompressed point on the curve P-256; for keys from a file. */
enum cs_err cs_u2f_check_public_key(const unsigned char public_key[CS_U2F_PUBLIC_KEY_BYTES],
                                    struct cs_error *error) CS_MUST_USE;

#endif
