/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/signature.h"

#include <openssl/rsa.h>
#include <stdlib.h>

enum {
    P256_BYTES = 32,                                   /* of R, and of S */
    DER_ROOM = 80,                                     /* 72 are the most that P-256 needs */
    SIGNATURE_ROOM = OPENSSL_RSA_MAX_MODULUS_BITS / 8, /* no key makes a longer one */
};

static const struct algorithm {
    const char *digest; /* NULL: the algorithm has its own */
    int padding;        /* of RSA */
} algorithms[CS_JOSE_ALGORITHMS] = {
    [CS_JOSE_RS256] = {"SHA256", RSA_PKCS1_PADDING},
    [CS_JOSE_PS256] = {"SHA256", RSA_PKCS1_PSS_PADDING},
    [CS_JOSE_ES256] = {"SHA256", 0},
    [CS_JOSE_EDDSA] = {NULL, 0},
};

/* RFC 7518 section 3.5: the salt is as long as the digest, and MGF1 uses the same one, which is
 * OpenSSL's default. */
static bool set_padding(EVP_PKEY_CTX *context, enum cs_jose_algorithm algorithm)
{
    if (algorithms[algorithm].padding == 0)
        return true;
    if (EVP_PKEY_CTX_set_rsa_padding(context, algorithms[algorithm].padding) != 1)
        return false;
    return algorithms[algorithm].padding != RSA_PKCS1_PSS_PADDING ||
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* R and S in a row, as DER. 0: memory ran out. */
static size_t to_der(const unsigned char *raw, unsigned char der[DER_ROOM])
{
    CS_AUTO(cs_free_ecdsa) ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, P256_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(raw + P256_BYTES, P256_BYTES, NULL);

    /* It owns the numbers if it takes them. */
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return 0;
    }
    int length = i2d_ECDSA_SIG(pair, NULL);

    if (length <= 0 || length > DER_ROOM)
        return 0;
    return i2d_ECDSA_SIG(pair, &der) == length ? (size_t)length : 0;
}

static bool to_raw(const unsigned char *der, size_t length, unsigned char raw[2 * P256_BYTES])
{
    CS_AUTO(cs_free_ecdsa) ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);

    return pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, P256_BYTES) == P256_BYTES &&
           BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + P256_BYTES, P256_BYTES) == P256_BYTES;
}

bool cs_signature_is_good(EVP_PKEY *key, enum cs_jose_algorithm algorithm, struct cs_bytes message,
                          struct cs_bytes signature)
{
    CS_FORGET_FAILURES;
    CS_AUTO(cs_free_digest_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    const size_t wanted =
        algorithm == CS_JOSE_ES256 ? 2 * P256_BYTES : (size_t)EVP_PKEY_get_size(key);
    EVP_PKEY_CTX *parameters = NULL; /* the context owns it */
    unsigned char der[DER_ROOM];

    /* A shorter or longer form of the same number would be another text for one signature. */
    if (context == NULL || signature.length != wanted)
        return false;
    if (algorithm == CS_JOSE_ES256)
        signature = (struct cs_bytes){der, to_der(signature.data, der)};
    if (signature.length == 0 ||
        EVP_DigestVerifyInit_ex(context, &parameters, algorithms[algorithm].digest, NULL, NULL, key,
                                NULL) != 1 ||
        !set_padding(parameters, algorithm))
        return false;
    return EVP_DigestVerify(context, signature.data, signature.length, message.data,
                            message.length) == 1;
}

enum cs_err cs_signature_make(EVP_PKEY *key, enum cs_jose_algorithm algorithm,
                              struct cs_bytes message, struct cs_secret *ret_signature,
                              struct cs_error *error)
{
    CS_FORGET_FAILURES;
    CS_AUTO(cs_free_digest_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;
    unsigned char made[SIGNATURE_ROOM], raw[2 * P256_BYTES];
    const unsigned char *signature = made;
    size_t length = sizeof made;

    if (context == NULL ||
        EVP_DigestSignInit_ex(context, &parameters, algorithms[algorithm].digest, NULL, NULL, key,
                              NULL) != 1 ||
        !set_padding(parameters, algorithm) ||
        EVP_DigestSign(context, made, &length, message.data, message.length) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot sign with the private key");
    if (algorithm == CS_JOSE_ES256) {
        if (!to_raw(made, length, raw))
            return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL made a signature that is not of P-256");
        signature = raw;
        length = sizeof raw;
    }
    if (cs_secret_set(ret_signature, signature, length) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}
