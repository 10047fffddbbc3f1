/* SPDX-License-Identifier: Apache-2.0 */
/* A key pair that answers as a U2F key does, with its own attestation. For tests. */
#ifndef CS_TESTS_SUPPORT_U2F_SIGNER_H
#define CS_TESTS_SUPPORT_U2F_SIGNER_H

#include <openssl/evp.h>

#include "u2f/message.h"

struct u2f_signer {
    EVP_PKEY *key;
    EVP_PKEY *attestation;
    struct cs_u2f_public_key public_key;
    unsigned char certificate[1024]; /* DER */
    size_t certificate_length;
};

enum u2f_issuer {
    U2F_SELF_SIGNED,
    U2F_SIGNED_BY_RSA,    /* with 2048 bits, as the first keys' certificates are */
    U2F_ATTESTED_BY_P384, /* the attestation key is on another curve */
    U2F_EDDSA,            /* a key of FIDO2 that signs with Ed25519 */
};

/* Aborts if OpenSSL fails. */
void u2f_signer_open(struct u2f_signer *signer, enum u2f_issuer issuer);
void u2f_signer_close(struct u2f_signer *signer);

/* Puts an extension into the certificate, signed anew; DER of its value. */
void u2f_signer_extend(struct u2f_signer *signer, const char *id, const unsigned char *value,
                       size_t length);

/* A signature by one of the signer's keys; room for 80 bytes. Returns its length. */
size_t u2f_sign(EVP_PKEY *key, const unsigned char *message, size_t length,
                unsigned char *ret_signature);

/* The data of REGISTER's reply; room for CS_U2F_REGISTRATION_MAX bytes. Returns their number. */
size_t u2f_sign_registration(const struct u2f_signer *signer, const unsigned char *app_hash,
                             const unsigned char *client_hash, const struct cs_u2f_handle *handle,
                             unsigned char *ret_data);

/* The data of AUTHENTICATE's reply; room for 77 bytes. Returns their number. */
size_t u2f_sign_assertion(const struct u2f_signer *signer, const unsigned char *app_hash,
                          const unsigned char *client_hash, unsigned char flags, uint32_t counter,
                          unsigned char *ret_data);

#endif
