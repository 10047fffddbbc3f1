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
    struct cs_u2f_public_key public_key; /* ES256 */
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

/* Public keys whose private keys nobody has, one for each algorithm: answers for users without a
 * key are verified against them, so that they take the same time. */
extern const struct cs_u2f_public_key cs_u2f_nobodys_keys[CS_U2F_ALGORITHMS];

/* Whether somebody touched the key and the owner of `public_key` signed this assertion for this
 * application and client data: section 5.4, and for FIDO2 WebAuthn, section 7.2, which signs the
 * same bytes as long as nobody asks for extensions. With `must_verify` the key must also have made
 * sure of who it was. */
enum cs_err cs_u2f_verify_assertion(const struct cs_u2f_public_key *public_key,
                                    const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                    const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                    const struct cs_u2f_assertion *assertion, bool must_verify,
                                    struct cs_error *error) CS_MUST_USE;

/* CS_ERR_INPUT unless the key has the form of its algorithm: an uncompressed point on the curve
 * P-256, or a point of Ed25519 that is not one of small order. For keys from a file. */
enum cs_err cs_u2f_check_public_key(const struct cs_u2f_public_key *public_key,
                                    struct cs_error *error) CS_MUST_USE;

#endif
