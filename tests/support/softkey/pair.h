/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the key's two protocols share: handles, key pairs, signatures, the counter, a touch. An
 * application is the SHA-256 of its name, which CTAP2 calls the id of the relying party: so a
 * handle that one protocol made serves the other one too.
 */
#ifndef CS_TESTS_SUPPORT_SOFTKEY_PAIR_H
#define CS_TESTS_SUPPORT_SOFTKEY_PAIR_H

#include <openssl/evp.h>

#include "tests/support/softkey/softkey.h"

enum {
    SOFTKEY_HASH = 32,
    SOFTKEY_POINT = 65,      /* an uncompressed point on P-256 */
    SOFTKEY_HANDLE_MIN = 64, /* a nonce and a MAC; what is longer repeats them */
    SOFTKEY_HANDLE_MAX = 255,
    SOFTKEY_SIGNATURE_MAX = 80,
    SOFTKEY_CERTIFICATE_MAX = 1024,
};

/* `public` is 65 bytes, or for EdDSA 32. Release it with EVP_PKEY_free(pair.key). */
struct softkey_pair {
    enum softkey_algorithm algorithm;
    EVP_PKEY *key;
    unsigned char public[SOFTKEY_POINT];
};

/* Aborts unless the condition holds. */
void softkey_must(bool condition);

/* A new handle for that application and its key pair; returns the length of the handle. */
size_t softkey_new_handle(const struct hid_device_ *key, enum softkey_algorithm algorithm,
                          const unsigned char app[SOFTKEY_HASH],
                          unsigned char ret_handle[SOFTKEY_HANDLE_MAX],
                          struct softkey_pair *ret_pair);

/* Whether the key made this handle for this application. `ret_pair` may be NULL. */
bool softkey_knows(const struct hid_device_ *key, const unsigned char app[SOFTKEY_HASH],
                   const unsigned char *handle, size_t length, struct softkey_pair *ret_pair);

/* The key pair on P-256 whose private key is made of these bytes. */
struct softkey_pair softkey_make_point(const unsigned char secret[SOFTKEY_HASH]);

/* Signs these bytes, or with bad-signature others: the last byte is changed. Returns the length. */
size_t softkey_sign(const struct hid_device_ *key, const struct softkey_pair *pair,
                    unsigned char *data, size_t length,
                    unsigned char ret_signature[SOFTKEY_SIGNATURE_MAX]);

/* The pair that attests, and its certificate in DER; returns the certificate's length. */
size_t softkey_attestation(const struct hid_device_ *key, struct softkey_pair *ret_pair,
                           unsigned char ret_certificate[SOFTKEY_CERTIFICATE_MAX]);

/* Whether it is touched now that it is asked. */
bool softkey_touched(struct hid_device_ *key);

/* The next value of the counter. */
uint32_t softkey_count(const struct hid_device_ *key);

#endif
