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

enum cs_err cs_u2f_open_point(const unsigned char point[CS_U2F_PUBLIC_KEY_BYTES],
                              EVP_PKEY **ret_key, struct cs_error *error)
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

enum cs_err cs_u2f_check_signature(EVP_PKEY *key, const unsigned char *message, size_t length,
                                   const unsigned char *signature, size_t signature_length,
                                   struct cs_error *error)
{
    CS_AUTO(free_digest_context) EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot verify ECDSA signatures");
    if (EVP_DigestVerify(context, signature, signature_length, message, length) != 1)
        return cs_fail(error, CS_ERR_INPUT,
                       "the signature is not this key's, or for another application, origin or "
                       "challenge");
    return CS_OK;
}
