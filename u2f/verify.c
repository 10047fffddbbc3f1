/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/verify.h"

#include <string.h>

#include "u2f/signature.h"

enum { USER_PRESENT = 0x01 };

enum cs_err cs_u2f_check_public_key(const unsigned char public_key[CS_U2F_PUBLIC_KEY_BYTES],
                                    struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_key) EVP_PKEY *key = NULL;

    return cs_u2f_open_point(public_key, &key, error);
}

/* The abscissa is SHA-256("a key that nobody has 1"), the ordinate the even one of the two. */
const unsigned char cs_u2f_nobodys_key[CS_U2F_PUBLIC_KEY_BYTES] = {
    0x04, 0x32, 0x48, 0xb5, 0xb1, 0xf6, 0x83, 0x10, 0xd1, 0xf7, 0xab, 0x2a, 0x2e,
    0x23, 0x4d, 0x56, 0xcd, 0x40, 0x17, 0x0e, 0x5a, 0x28, 0x5a, 0xf8, 0x2c, 0x7a,
    0xa7, 0xf0, 0xac, 0x4e, 0x85, 0x37, 0xd1, 0x1e, 0x54, 0x4e, 0x30, 0xf7, 0xb3,
    0xa1, 0x68, 0x7a, 0x8b, 0x0b, 0x89, 0xf6, 0x71, 0x72, 0xb2, 0x74, 0x3f, 0xed,
    0xba, 0x63, 0xbb, 0x81, 0x3d, 0x48, 0xee, 0xea, 0xce, 0x3f, 0xbf, 0x83, 0xc4,
};

enum cs_err cs_u2f_verify_assertion(const unsigned char public_key[CS_U2F_PUBLIC_KEY_BYTES],
                                    const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                    const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                    const struct cs_u2f_assertion *assertion,
                                    struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_key) EVP_PKEY *key = NULL;
    const unsigned char claim[] = {
        assertion->flags,
        (unsigned char)(assertion->counter >> 24),
        (unsigned char)(assertion->counter >> 16),
        (unsigned char)(assertion->counter >> 8),
        (unsigned char)assertion->counter,
    };
    unsigned char message[2 * CS_U2F_HASH_BYTES + sizeof claim];
    enum cs_err err = cs_u2f_open_point(public_key, &key, error);

    if (err != CS_OK)
        return err;
    /* The other bits are reserved; the signature covers them whatever their values. */
    if ((assertion->flags & USER_PRESENT) == 0)
        return cs_fail(error, CS_ERR_INPUT, "nobody touched the key");
    memcpy(message, app_hash, CS_U2F_HASH_BYTES);
    memcpy(message + CS_U2F_HASH_BYTES, claim, sizeof claim);
    memcpy(message + CS_U2F_HASH_BYTES + sizeof claim, client_hash, CS_U2F_HASH_BYTES);
    return cs_u2f_check_signature(key, message, sizeof message, assertion->signature,
                                  assertion->signature_length, error);
}
