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
    /* The other bits are reserved; the signature covers them, whatever they are. */
    if ((assertion->flags & USER_PRESENT) == 0)
        return cs_fail(error, CS_ERR_INPUT, "nobody touched the key");
    memcpy(message, app_hash, CS_U2F_HASH_BYTES);
    memcpy(message + CS_U2F_HASH_BYTES, claim, sizeof claim);
    memcpy(message + CS_U2F_HASH_BYTES + sizeof claim, client_hash, CS_U2F_HASH_BYTES);
    return cs_u2f_check_signature(key, message, sizeof message, assertion->signature,
                                  assertion->signature_length, error);
}
