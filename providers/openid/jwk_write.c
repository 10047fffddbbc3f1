/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/jwk_write.h"

#include <openssl/core_names.h>
#include <string.h>

#include "base/base64url.h"
#include "json/write.h"

enum { NUMBER_ROOM = 1024, P256_BYTES = 32, DIGEST_BYTES = 32 };

/* A member that is a number of the key, or a constant. */
struct member {
    const char *name;
    const char *constant;  /* NULL: it is a number */
    const char *parameter; /* OpenSSL's name of it */
    int bytes;             /* in full length; 0: in as many as it needs */
};

/* In the order of RFC 7638 section 3.3, which the thumbprint depends on. */
static const struct member p256_members[] = {
    {"crv", "P-256", NULL, 0},
    {"kty", "EC", NULL, 0},
    {"x", NULL, OSSL_PKEY_PARAM_EC_PUB_X, P256_BYTES},
    {"y", NULL, OSSL_PKEY_PARAM_EC_PUB_Y, P256_BYTES},
};
static const struct member rsa_members[] = {
    {"e", NULL, OSSL_PKEY_PARAM_RSA_E, 0},
    {"kty", "RSA", NULL, 0},
    {"n", NULL, OSSL_PKEY_PARAM_RSA_N, 0},
};

static enum cs_err write_number(struct cs_json_writer *writer, EVP_PKEY *key,
                                const struct member *member, struct cs_error *error)
{
    CS_AUTO(cs_free_number) BIGNUM *number = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    unsigned char bytes[NUMBER_ROOM];
    int length = 0;

    if (EVP_PKEY_get_bn_param(key, member->parameter, &number) == 1)
        length = member->bytes != 0 ? member->bytes : BN_num_bytes(number);
    if (length <= 0 || length > NUMBER_ROOM || BN_bn2binpad(number, bytes, length) != length)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL does not give the number '%s' of the key",
                       member->name);
    cs_base64url_add(&text, bytes, (size_t)length);
    if (text.failed)
        return cs_fail_nomem(error);
    cs_json_write_string(writer, member->name, text.text);
    return CS_OK;
}

enum cs_err cs_jwk_write(EVP_PKEY *key, enum cs_jose_algorithm algorithm, const char *kid,
                         struct cs_secret *ret_text, struct cs_error *error)
{
    CS_FORGET_FAILURES;
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    const bool rsa = cs_jose_key_type(algorithm) == CS_JOSE_RSA;
    const struct member *members = rsa ? rsa_members : p256_members;
    const size_t count = rsa ? CS_ARRAY_SIZE(rsa_members) : CS_ARRAY_SIZE(p256_members);
    enum cs_err result = CS_OK;

    cs_json_write_object(writer, NULL);
    for (size_t i = 0; i < count && result == CS_OK; i++) {
        if (members[i].constant != NULL)
            cs_json_write_string(writer, members[i].name, members[i].constant);
        else
            result = write_number(writer, key, &members[i], error);
    }
    if (result != CS_OK)
        return result;
    if (kid != NULL) {
        cs_json_write_string(writer, "kid", kid);
        cs_json_write_string(writer, "alg", cs_jose_name(algorithm));
        cs_json_write_string(writer, "use", "sig");
    }
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_text, error);
}

enum cs_err cs_jwk_thumbprint(EVP_PKEY *key, enum cs_jose_algorithm algorithm,
                              char ret_thumbprint[CS_JWK_THUMBPRINT_SIZE], struct cs_error *error)
{
    CS_FORGET_FAILURES;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer encoded = {0};
    unsigned char digest[DIGEST_BYTES];
    enum cs_err result = cs_jwk_write(key, algorithm, NULL, &text, error);

    if (result != CS_OK)
        return result;
    if (EVP_Q_digest(NULL, "SHA256", NULL, text.data, text.length, digest, NULL) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot compute SHA-256");
    cs_base64url_add(&encoded, digest, sizeof digest);
    if (encoded.failed)
        return cs_fail_nomem(error);
    memcpy(ret_thumbprint, encoded.text, CS_JWK_THUMBPRINT_SIZE);
    return CS_OK;
}
