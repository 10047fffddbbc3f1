/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/signature.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <string.h>

void cs_u2f_free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_key_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void free_digest_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static enum cs_err open_point(const unsigned char *point, EVP_PKEY **ret_key,
                              struct cs_error *error)
{
    CS_AUTO(free_key_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    unsigned char copy[CS_U2F_PUBLIC_KEY_BYTES];
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;

    memcpy(copy, point, sizeof copy);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot use keys of P-256");
    /* OpenSSL also accepts the hybrid form, whose first byte is 6 or 7. */
    if (copy[0] != POINT_CONVERSION_UNCOMPRESSED ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        return cs_fail(error, CS_ERR_INPUT, "the public key is not a point on the curve P-256");
    *ret_key = key;
    return CS_OK;
}

static enum cs_err open_edwards(const unsigned char *bytes, EVP_PKEY **ret_key,
                                struct cs_error *error)
{
    *ret_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, CS_U2F_EDDSA_BYTES);
    return *ret_key != NULL ? CS_OK
                            : cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot use keys of Ed25519");
}

enum cs_err cs_u2f_open_key(const struct cs_u2f_public_key *public_key, EVP_PKEY **ret_key,
                            struct cs_error *error)
{
    static const struct {
        size_t length;
        enum cs_err (*open)(const unsigned char *bytes, EVP_PKEY **ret_key, struct cs_error *error);
    } kinds[CS_U2F_ALGORITHMS] = {
        [CS_U2F_ES256] = {CS_U2F_PUBLIC_KEY_BYTES, open_point},
        [CS_U2F_EDDSA] = {CS_U2F_EDDSA_BYTES, open_edwards},
    };

    if ((unsigned)public_key->algorithm >= CS_U2F_ALGORITHMS ||
        public_key->length != kinds[public_key->algorithm].length)
        return cs_fail(error, CS_ERR_INPUT, "a public key of %zu bytes, which no algorithm has",
                       public_key->length);
    return kinds[public_key->algorithm].open(public_key->bytes, ret_key, error);
}

enum cs_err cs_u2f_check_signature(EVP_PKEY *key, const unsigned char *message, size_t length,
                                   const unsigned char *signature, size_t signature_length,
                                   struct cs_error *error)
{
    CS_AUTO(free_digest_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    /* Ed25519 hashes by itself. */
    const EVP_MD *digest = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();

    if (context == NULL || EVP_DigestVerifyInit(context, NULL, digest, NULL, key) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot verify this key's signatures");
    if (EVP_DigestVerify(context, signature, signature_length, message, length) != 1)
        return cs_fail(error, CS_ERR_INPUT,
                       "the signature is not this key's, or for another application, origin or "
                       "challenge");
    return CS_OK;
}

enum cs_err cs_u2f_check_claim(const struct cs_u2f_public_key *public_key,
                               const unsigned char app_hash[CS_U2F_HASH_BYTES],
                               const unsigned char client_hash[CS_U2F_HASH_BYTES],
                               const struct cs_u2f_assertion *assertion, struct cs_error *error)
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
    enum cs_err err = cs_u2f_open_key(public_key, &key, error);

    if (err != CS_OK)
        return err;
    if ((assertion->flags & CS_U2F_HAS_EXTENSIONS) != 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "the key signed extensions, which nobody asked for and no answer can hold");
    memcpy(message, app_hash, CS_U2F_HASH_BYTES);
    memcpy(message + CS_U2F_HASH_BYTES, claim, sizeof claim);
    memcpy(message + CS_U2F_HASH_BYTES + sizeof claim, client_hash, CS_U2F_HASH_BYTES);
    return cs_u2f_check_signature(key, message, sizeof message, assertion->signature,
                                  assertion->signature_length, error);
}
