/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handle is a nonce and a MAC over it and the application; the private key is another MAC over
 * the same, so that only the counter is stored. All secrets derive from the key's name: for tests
 * only.
 */
#include "tests/support/softkey/pair.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HASH = SOFTKEY_HASH, NONCE = HASH, POINT = SOFTKEY_POINT };

/* By algorithm: what the MACs are for. */
static const struct {
    const char *handle, *key;
} purposes[] = {
    [SOFTKEY_ES256] = {"handle", "key"},
    [SOFTKEY_EDDSA] = {"handle of eddsa", "key of eddsa"},
};

void softkey_must(bool condition)
{
    if (!condition)
        abort();
}

static void mac(const struct hid_device_ *key, const char *purpose, const unsigned char *app,
                const unsigned char *nonce, unsigned char ret_mac[HASH])
{
    unsigned char data[2 * HASH + 16] = {0};
    const char *name = strrchr(key->path, '/');
    unsigned length = HASH;

    memcpy(data, app, HASH);
    memcpy(data + HASH, nonce, NONCE);
    memcpy(data + 2 * HASH, purpose, strlen(purpose));
    softkey_must(HMAC(EVP_sha256(), name, (int)strlen(name), data, sizeof data, ret_mac, &length) !=
                 NULL);
}

/* ---- key pairs ---- */

struct softkey_pair softkey_make_point(const unsigned char secret[HASH])
{
    struct softkey_pair made = {.algorithm = SOFTKEY_ES256};
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *number = BN_bin2bn(secret, HASH, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM *parameters;

    /* Reduced below the order of the curve, without regard to bias. */
    softkey_must(BN_rshift1(number, number) == 1);
    softkey_must(EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1);
    softkey_must(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, made.public, POINT,
                                    NULL) == POINT);
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, made.public, POINT);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number);
    parameters = OSSL_PARAM_BLD_to_param(builder);
    softkey_must(EVP_PKEY_fromdata_init(context) == 1 &&
                 EVP_PKEY_fromdata(context, &made.key, EVP_PKEY_KEYPAIR, parameters) == 1);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_free(number);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return made;
}

static struct softkey_pair make_pair(enum softkey_algorithm algorithm,
                                     const unsigned char secret[HASH])
{
    struct softkey_pair made = {.algorithm = algorithm};
    size_t length = HASH;

    if (algorithm == SOFTKEY_ES256)
        return softkey_make_point(secret);
    made.key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, HASH);
    softkey_must(made.key != NULL &&
                 EVP_PKEY_get_raw_public_key(made.key, made.public, &length) == 1);
    return made;
}

size_t softkey_sign(const struct hid_device_ *key, const struct softkey_pair *pair,
                    unsigned char *data, size_t length,
                    unsigned char ret_signature[SOFTKEY_SIGNATURE_MAX])
{
    const EVP_MD *hash = pair->algorithm == SOFTKEY_EDDSA ? NULL : EVP_sha256();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = SOFTKEY_SIGNATURE_MAX;

    if (key->wishes.bad_signature)
        data[length - 1] ^= 1;
    softkey_must(EVP_DigestSignInit(context, NULL, hash, NULL, pair->key) == 1 &&
                 EVP_DigestSign(context, ret_signature, &size, data, length) == 1);
    EVP_MD_CTX_free(context);
    return size;
}

/* ---- handles ---- */

/* All but the nonce of a handle of that length, and its key pair. */
static struct softkey_pair complete(const struct hid_device_ *key, enum softkey_algorithm algorithm,
                                    const unsigned char *app, unsigned char *handle, size_t length)
{
    unsigned char secret[HASH];

    mac(key, purposes[algorithm].handle, app, handle, handle + NONCE);
    for (size_t i = SOFTKEY_HANDLE_MIN; i < length; i++)
        handle[i] = handle[i - SOFTKEY_HANDLE_MIN];
    mac(key, purposes[algorithm].key, app, handle, secret);
    return make_pair(algorithm, secret);
}

size_t softkey_new_handle(const struct hid_device_ *key, enum softkey_algorithm algorithm,
                          const unsigned char app[HASH],
                          unsigned char ret_handle[SOFTKEY_HANDLE_MAX],
                          struct softkey_pair *ret_pair)
{
    size_t length = key->wishes.handle;

    if (length < SOFTKEY_HANDLE_MIN || length > SOFTKEY_HANDLE_MAX)
        length = SOFTKEY_HANDLE_MIN;
    softkey_must(RAND_bytes(ret_handle, NONCE) == 1);
    *ret_pair = complete(key, algorithm, app, ret_handle, length);
    return length;
}

bool softkey_knows(const struct hid_device_ *key, const unsigned char app[HASH],
                   const unsigned char *handle, size_t length, struct softkey_pair *ret_pair)
{
    unsigned char expected[SOFTKEY_HANDLE_MAX];

    if (length < SOFTKEY_HANDLE_MIN || length > sizeof expected)
        return false;
    for (int i = SOFTKEY_ES256; i <= SOFTKEY_EDDSA; i++) {
        struct softkey_pair pair;

        memcpy(expected, handle, NONCE);
        pair = complete(key, (enum softkey_algorithm)i, app, expected, length);
        if (memcmp(expected, handle, length) == 0) {
            if (ret_pair != NULL)
                *ret_pair = pair;
            else
                EVP_PKEY_free(pair.key);
            return true;
        }
        EVP_PKEY_free(pair.key);
    }
    return false;
}

/* ---- attestation ---- */

size_t softkey_attestation(const struct hid_device_ *key, struct softkey_pair *ret_pair,
                           unsigned char ret_certificate[SOFTKEY_CERTIFICATE_MAX])
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    unsigned char *end = ret_certificate, none[HASH] = {0}, secret[HASH];
    EVP_PKEY *pair;

    mac(key, "attestation", none, none, secret);
    *ret_pair = softkey_make_point(secret);
    pair = ret_pair->key;
    softkey_must(
        X509_set_version(certificate, 2) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Software key",
                                   -1, -1, 0) == 1 &&
        X509_set_issuer_name(certificate, name) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * 3650) != NULL &&
        X509_set_pubkey(certificate, pair) == 1 && X509_sign(certificate, pair, EVP_sha256()) > 0);
    softkey_must(i2d_X509(certificate, NULL) <= SOFTKEY_CERTIFICATE_MAX &&
                 i2d_X509(certificate, &end) > 0);
    X509_free(certificate);
    return (size_t)(end - ret_certificate);
}

/* ---- touch and counter ---- */

bool softkey_touched(struct hid_device_ *key)
{
    key->asked++;
    if (key->wishes.touch_at == 0 || key->asked < key->wishes.touch_at)
        return false;
    key->asked = 0;
    return true;
}

uint32_t softkey_count(const struct hid_device_ *key)
{
    char path[SOFTKEY_PATH_MAX + 16], text[16] = "";
    unsigned long counter;
    int fd;

    (void)snprintf(path, sizeof path, "%s.counter", key->path);
    fd = open(path, O_RDWR | O_CLOEXEC);
    softkey_must(fd >= 0 && read(fd, text, sizeof text - 1) >= 0);
    counter = strtoul(text, NULL, 10) + 1;
    softkey_must(pwrite(fd, text, (size_t)snprintf(text, sizeof text, "%lu\n", counter), 0) > 0);
    close(fd);
    return key->wishes.counter >= 0 ? (uint32_t)key->wishes.counter : (uint32_t)counter;
}
