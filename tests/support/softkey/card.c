/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key itself: FIDO U2F Raw Message Formats v1.2, with P-256 from OpenSSL. A handle is a nonce
 * and a MAC over it and the application; the private key is another MAC over the same, so that only
 * the counter is stored. All secrets derive from the key's name: for tests only.
 */
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/softkey/softkey.h"

enum {
    HASH = 32,
    POINT = 65,
    HANDLE = 2 * HASH,
    APDU_HEAD = 7,
    REGISTER = 1,
    AUTHENTICATE = 2,
    VERSION = 3,
    CHECK_ONLY = 7,
    NO_PRESENCE = 8,
};

enum status {
    DONE = 0x9000,
    WRONG_LENGTH = 0x6700,
    NOT_TOUCHED = 0x6985,
    WRONG_DATA = 0x6a80,
    WRONG_INS = 0x6d00,
    WRONG_CLASS = 0x6e00,
};

static void must(bool condition)
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
    memcpy(data + HASH, nonce, HASH);
    memcpy(data + 2 * HASH, purpose, strlen(purpose));
    must(HMAC(EVP_sha256(), name, (int)strlen(name), data, sizeof data, ret_mac, &length) != NULL);
}

/* The key pair whose private key is `secret`; `ret_point` may be NULL. */
static EVP_PKEY *make_pair(const unsigned char secret[HASH], unsigned char *ret_point)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *number = BN_bin2bn(secret, HASH, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    unsigned char public[POINT];
    OSSL_PARAM *parameters;
    EVP_PKEY *pair = NULL;

    /* Reduced below the order of the curve, without regard to bias. */
    must(BN_rshift1(number, number) == 1);
    must(EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1);
    must(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, public, POINT, NULL) ==
         POINT);
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, public, POINT);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number);
    parameters = OSSL_PARAM_BLD_to_param(builder);
    must(EVP_PKEY_fromdata_init(context) == 1 &&
         EVP_PKEY_fromdata(context, &pair, EVP_PKEY_KEYPAIR, parameters) == 1);
    if (ret_point != NULL)
        memcpy(ret_point, public, POINT);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_free(number);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return pair;
}

static size_t sign(EVP_PKEY *pair, bool badly, unsigned char *data, size_t length,
                   unsigned char *ret_signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = 80;

    if (badly)
        data[length - 1] ^= 1;
    must(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair) == 1 &&
         EVP_DigestSign(context, ret_signature, &size, data, length) == 1);
    EVP_MD_CTX_free(context);
    return size;
}

static bool touched(struct hid_device_ *key)
{
    key->asked++;
    if (key->wishes.touch_at == 0 || key->asked < key->wishes.touch_at)
        return false;
    key->asked = 0;
    return true;
}

static uint32_t count(const struct hid_device_ *key)
{
    char path[SOFTKEY_PATH_MAX + 16], text[16] = "";
    unsigned long counter;
    int fd;

    (void)snprintf(path, sizeof path, "%s.counter", key->path);
    fd = open(path, O_RDWR | O_CLOEXEC);
    must(fd >= 0 && read(fd, text, sizeof text - 1) >= 0);
    counter = strtoul(text, NULL, 10) + 1;
    must(pwrite(fd, text, (size_t)snprintf(text, sizeof text, "%lu\n", counter), 0) > 0);
    close(fd);
    return key->wishes.counter >= 0 ? (uint32_t)key->wishes.counter : (uint32_t)counter;
}

/* ---- REGISTER ---- */

static size_t attestation(EVP_PKEY *pair, unsigned char *ret_certificate)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    unsigned char *end = ret_certificate;

    must(X509_set_version(certificate, 2) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Software key",
                                    -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * 3650) != NULL &&
         X509_set_pubkey(certificate, pair) == 1 && X509_sign(certificate, pair, EVP_sha256()) > 0);
    must(i2d_X509(certificate, &end) > 0);
    X509_free(certificate);
    return (size_t)(end - ret_certificate);
}

static enum status do_register(struct hid_device_ *key, const unsigned char *data, size_t length,
                               unsigned char *out, size_t *ret_length)
{
    const unsigned char *challenge = data, *app = data + HASH;
    unsigned char secret[HASH], none[HASH] = {0}, text[1 + 3 * HASH + HANDLE + POINT] = {0};
    unsigned char *point = out + 1, *handle = out + 1 + POINT + 1;
    size_t used = 1 + POINT + 1 + HANDLE;
    EVP_PKEY *pair;

    if (length != 2 * HASH)
        return WRONG_LENGTH;
    if (!touched(key))
        return NOT_TOUCHED;
    out[0] = 5;
    out[1 + POINT] = HANDLE;
    must(RAND_bytes(handle, HASH) == 1);
    mac(key, "handle", app, handle, handle + HASH);
    mac(key, "key", app, handle, secret);
    EVP_PKEY_free(make_pair(secret, point));

    mac(key, "attestation", none, none, secret);
    pair = make_pair(secret, NULL);
    used += attestation(pair, out + used);
    memcpy(text + 1, app, HASH);
    memcpy(text + 1 + HASH, challenge, HASH);
    memcpy(text + 1 + 2 * HASH, handle, HANDLE);
    memcpy(text + 1 + 2 * HASH + HANDLE, point, POINT);
    used += sign(pair, key->wishes.bad_signature, text, 1 + 2 * HASH + HANDLE + POINT, out + used);
    EVP_PKEY_free(pair);
    *ret_length = used;
    return DONE;
}

/* ---- AUTHENTICATE ---- */

static enum status do_authenticate(struct hid_device_ *key, int control, const unsigned char *data,
                                   size_t length, unsigned char *out, size_t *ret_length)
{
    const unsigned char *challenge = data, *app = data + HASH, *handle = data + 2 * HASH + 1;
    unsigned char expected[HASH], secret[HASH], text[2 * HASH + 5];
    uint32_t counter;
    EVP_PKEY *pair;

    if (length < 2 * HASH + 1 || length != 2 * HASH + 1 + (size_t)data[2 * HASH])
        return WRONG_LENGTH;
    if (data[2 * HASH] != HANDLE)
        return WRONG_DATA;
    mac(key, "handle", app, handle, expected);
    if (CRYPTO_memcmp(expected, handle + HASH, HASH) != 0)
        return WRONG_DATA;
    if (control == CHECK_ONLY || (control != NO_PRESENCE && !touched(key)))
        return NOT_TOUCHED;
    counter = count(key);
    out[0] = control != NO_PRESENCE;
    for (int i = 0; i < 4; i++)
        out[1 + i] = (unsigned char)(counter >> (24 - 8 * i));
    memcpy(text, app, HASH);
    memcpy(text + HASH, out, 5);
    memcpy(text + HASH + 5, challenge, HASH);
    mac(key, "key", app, handle, secret);
    pair = make_pair(secret, NULL);
    *ret_length = 5 + sign(pair, key->wishes.bad_signature, text, sizeof text, out + 5);
    EVP_PKEY_free(pair);
    return DONE;
}

size_t softkey_apdu(struct hid_device_ *key, const unsigned char *apdu, size_t length,
                    unsigned char *ret_answer)
{
    size_t data = length >= APDU_HEAD ? (size_t)apdu[5] << 8 | apdu[6] : 0, used = 0;
    enum status status = WRONG_LENGTH;

    /* Extended length, and up to three bytes that say how much may come back. */
    if (length >= APDU_HEAD && apdu[4] == 0 && length >= APDU_HEAD + data &&
        length <= APDU_HEAD + data + 3) {
        if (apdu[0] != 0)
            status = WRONG_CLASS;
        else if (apdu[1] == REGISTER)
            status = do_register(key, apdu + APDU_HEAD, data, ret_answer, &used);
        else if (apdu[1] == AUTHENTICATE)
            status = do_authenticate(key, apdu[2], apdu + APDU_HEAD, data, ret_answer, &used);
        else
            status = apdu[1] == VERSION ? DONE : WRONG_INS;
        if (apdu[1] == VERSION && status == DONE)
            memcpy(ret_answer, "U2F_V2", used = 6);
    }
    ret_answer[used] = (unsigned char)(status >> 8);
    ret_answer[used + 1] = (unsigned char)status;
    return used + 2;
}
