/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/jose_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/base64url.h"
#include "tests/support/require.h"

static size_t decode(const char *text, unsigned char *bytes, size_t room)
{
    size_t length = 0;

    REQUIRE(cs_base64url_decode(text, strlen(text), bytes, room, &length));
    return length;
}

static BIGNUM *number(const char *text)
{
    unsigned char bytes[512];
    BIGNUM *made = BN_bin2bn(bytes, (int)decode(text, bytes, sizeof bytes), NULL);

    REQUIRE(made != NULL);
    return made;
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *build)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    REQUIRE(params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
            EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) == 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *open_rsa(void)
{
    static const char *const rows[][2] = {{OSSL_PKEY_PARAM_RSA_N, JOSE_RSA_N},
                                          {OSSL_PKEY_PARAM_RSA_E, "AQAB"},
                                          {OSSL_PKEY_PARAM_RSA_D, JOSE_RSA_D}};
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[3];
    EVP_PKEY *key;

    REQUIRE(build != NULL);
    for (size_t i = 0; i < 3; i++) {
        numbers[i] = number(rows[i][1]);
        REQUIRE(OSSL_PARAM_BLD_push_BN(build, rows[i][0], numbers[i]) == 1);
    }
    key = from_params("RSA", build);
    for (size_t i = 0; i < 3; i++)
        BN_free(numbers[i]);
    return key;
}

static EVP_PKEY *open_p256(void)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *d = number(JOSE_P256_D);
    unsigned char point[65] = {POINT_CONVERSION_UNCOMPRESSED};
    EVP_PKEY *key;

    REQUIRE(decode(JOSE_P256_X, point + 1, 32) == 32 && decode(JOSE_P256_Y, point + 33, 32) == 32);
    REQUIRE(
        build != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1 &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1);
    key = from_params("EC", build);
    BN_free(d);
    return key;
}

void jose_signer_open(struct jose_signer *signer)
{
    unsigned char seed[32];

    *signer = (struct jose_signer){.salt = 32};
    signer->keys[CS_JOSE_RSA] = open_rsa();
    signer->keys[CS_JOSE_P256] = open_p256();
    REQUIRE(decode(JOSE_ED25519_D, seed, sizeof seed) == sizeof seed);
    signer->keys[CS_JOSE_ED25519] =
        EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, sizeof seed);
    REQUIRE(signer->keys[CS_JOSE_ED25519] != NULL);
}

void jose_signer_close(struct jose_signer *signer)
{
    for (size_t i = 0; i < 3; i++)
        EVP_PKEY_free(signer->keys[i]);
    *signer = (struct jose_signer){0};
}

char *jose_encode(const void *data, size_t length)
{
    struct cs_buffer text = {0};
    char *taken;

    cs_buffer_text(&text, "");
    cs_base64url_add(&text, data, length);
    taken = cs_buffer_take(&text);
    REQUIRE(taken != NULL);
    return taken;
}

/* R and S, 32 bytes each. */
static size_t raw_of(const unsigned char *der, size_t length, unsigned char *raw)
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);

    REQUIRE(pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32) == 32 &&
            BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32) == 32);
    ECDSA_SIG_free(pair);
    return 64;
}

char *jose_sign(const struct jose_signer *signer, enum cs_jose_algorithm algorithm,
                const char *header, const char *payload)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *digest = algorithm == CS_JOSE_EDDSA ? NULL : EVP_sha256();
    EVP_PKEY_CTX *options = NULL;
    unsigned char made[512], raw[64];
    size_t length = sizeof made;
    char *parts[3] = {jose_encode(header, strlen(header)), jose_encode(payload, strlen(payload))};
    char *message = NULL, *token = NULL;

    REQUIRE(asprintf(&message, "%s.%s", parts[0], parts[1]) > 0);
    REQUIRE(EVP_DigestSignInit(context, &options, digest, NULL,
                               signer->keys[cs_jose_key_type(algorithm)]) == 1);
    if (algorithm == CS_JOSE_PS256)
        REQUIRE(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(options, signer->salt) == 1);
    REQUIRE(EVP_DigestSign(context, made, &length, (const unsigned char *)message,
                           strlen(message)) == 1);
    if (algorithm == CS_JOSE_ES256 && !signer->der) {
        length = raw_of(made, length, raw);
        memcpy(made, raw, length);
    }
    parts[2] = jose_encode(made, length);
    REQUIRE(asprintf(&token, "%s.%s", message, parts[2]) > 0);
    for (size_t i = 0; i < 3; i++)
        free(parts[i]);
    free(message);
    EVP_MD_CTX_free(context);
    return token;
}
