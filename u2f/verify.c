/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/verify.h"

#include "u2f/edwards.h"
#include "u2f/signature.h"

enum cs_err cs_u2f_check_public_key(const struct cs_u2f_public_key *public_key,
                                    struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_key) EVP_PKEY *key = NULL;
    enum cs_err err = cs_u2f_open_key(public_key, &key, error);

    return err == CS_OK && public_key->algorithm == CS_U2F_EDDSA
               ? cs_u2f_check_edwards(public_key->bytes, error)
               : err;
}

/* For both, SHA-256("a key that nobody has 1") is the coordinate; of the two points of P-256 with
 * that abscissa, the one with the even ordinate. */
const struct cs_u2f_public_key cs_u2f_nobodys_keys[CS_U2F_ALGORITHMS] = {
    [CS_U2F_ES256] =
        {
            .algorithm = CS_U2F_ES256,
            .length = CS_U2F_PUBLIC_KEY_BYTES,
            .bytes =
                {
                    0x04, 0x32, 0x48, 0xb5, 0xb1, 0xf6, 0x83, 0x10, 0xd1, 0xf7, 0xab, 0x2a, 0x2e,
                    0x23, 0x4d, 0x56, 0xcd, 0x40, 0x17, 0x0e, 0x5a, 0x28, 0x5a, 0xf8, 0x2c, 0x7a,
                    0xa7, 0xf0, 0xac, 0x4e, 0x85, 0x37, 0xd1, 0x1e, 0x54, 0x4e, 0x30, 0xf7, 0xb3,
                    0xa1, 0x68, 0x7a, 0x8b, 0x0b, 0x89, 0xf6, 0x71, 0x72, 0xb2, 0x74, 0x3f, 0xed,
                    0xba, 0x63, 0xbb, 0x81, 0x3d, 0x48, 0xee, 0xea, 0xce, 0x3f, 0xbf, 0x83, 0xc4,
                },
        },
    [CS_U2F_EDDSA] =
        {
            .algorithm = CS_U2F_EDDSA,
            .length = CS_U2F_EDDSA_BYTES,
            .bytes =
                {
                    0x32, 0x48, 0xb5, 0xb1, 0xf6, 0x83, 0x10, 0xd1, 0xf7, 0xab, 0x2a,
                    0x2e, 0x23, 0x4d, 0x56, 0xcd, 0x40, 0x17, 0x0e, 0x5a, 0x28, 0x5a,
                    0xf8, 0x2c, 0x7a, 0xa7, 0xf0, 0xac, 0x4e, 0x85, 0x37, 0xd1,
                },
        },
};

enum cs_err cs_u2f_verify_assertion(const struct cs_u2f_public_key *public_key,
                                    const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                    const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                    const struct cs_u2f_assertion *assertion, bool must_verify,
                                    struct cs_error *error)
{
    enum cs_err err;

    /* But for the one of extensions, the other bits mean nothing here; the signature covers them
     * whatever their values. */
    if ((assertion->flags & CS_U2F_USER_PRESENT) == 0)
        return cs_fail(error, CS_ERR_INPUT, "nobody touched the key");
    err = cs_u2f_check_claim(public_key, app_hash, client_hash, assertion, error);
    /* Last, because the time it takes must not tell whose keys have to verify. */
    if (err == CS_OK && must_verify && (assertion->flags & CS_U2F_USER_VERIFIED) == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "the key did not make sure of who touched it, by a PIN or a fingerprint");
    return err;
}
