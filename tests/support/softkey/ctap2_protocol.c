/* SPDX-License-Identifier: Apache-2.0 */
/* PIN/UV auth protocols one and two: sections 6.5.6 and 6.5.7. */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#include "tests/support/softkey/ctap2.h"

enum { HASH = SOFTKEY_HASH, PROOF_1 = 16 };

/* ---- key agreement ---- */

static EVP_PKEY *open_point(const unsigned char x[HASH], const unsigned char y[HASH])
{
    unsigned char point[SOFTKEY_POINT] = {4};
    char group[] = "P-256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *found = NULL;

    memcpy(point + 1, x, HASH);
    memcpy(point + 1 + HASH, y, HASH);
    if (EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &found, EVP_PKEY_PUBLIC_KEY,
                          (OSSL_PARAM *)(uintptr_t)parameters) != 1)
        found = NULL;
    EVP_PKEY_CTX_free(context);
    return found;
}

/* HKDF-SHA-256 with a salt of zeros. */
static void derive(const unsigned char secret[HASH], const char *purpose,
                   unsigned char ret_key[HASH])
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
    const unsigned char salt[HASH] = {0};
    size_t length = HASH;

    softkey_must(EVP_PKEY_derive_init(context) == 1 &&
                 EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1 &&
                 EVP_PKEY_CTX_set1_hkdf_salt(context, salt, HASH) == 1 &&
                 EVP_PKEY_CTX_set1_hkdf_key(context, secret, HASH) == 1 &&
                 EVP_PKEY_CTX_add1_hkdf_info(context, (const unsigned char *)purpose,
                                             (int)strlen(purpose)) == 1 &&
                 EVP_PKEY_derive(context, ret_key, &length) == 1);
    EVP_PKEY_CTX_free(context);
}

bool ctap2_agree(int protocol, const unsigned char secret[SOFTKEY_SECRET],
                 const unsigned char x[HASH], const unsigned char y[HASH],
                 struct ctap2_shared *ret_shared)
{
    struct softkey_pair own = softkey_make_point(secret);
    EVP_PKEY *other = open_point(x, y);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own.key, NULL);
    unsigned char abscissa[HASH];
    size_t length = HASH;
    bool agreed = other != NULL && EVP_PKEY_derive_init(context) == 1 &&
                  EVP_PKEY_derive_set_peer(context, other) == 1 &&
                  EVP_PKEY_derive(context, abscissa, &length) == 1;

    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(other);
    EVP_PKEY_free(own.key);
    if (!agreed)
        return false;
    ret_shared->protocol = protocol;
    if (protocol == 1) {
        softkey_must(EVP_Digest(abscissa, HASH, ret_shared->sign, NULL, EVP_sha256(), NULL) == 1);
        memcpy(ret_shared->encrypt, ret_shared->sign, HASH);
    } else {
        derive(abscissa, "CTAP2 HMAC key", ret_shared->sign);
        derive(abscissa, "CTAP2 AES key", ret_shared->encrypt);
    }
    return true;
}

/* ---- AES-256-CBC without padding; the first protocol's IV is zero, the second's comes first ----
 */

static void cipher(const struct ctap2_shared *shared, bool encrypts,
                   const unsigned char iv[CTAP2_IV], const unsigned char *data, size_t length,
                   unsigned char *ret_data)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;

    softkey_must(
        EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, shared->encrypt, iv, encrypts) == 1 &&
        EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
        EVP_CipherUpdate(context, ret_data, &written, data, (int)length) == 1 &&
        (size_t)written == length);
    EVP_CIPHER_CTX_free(context);
}

size_t ctap2_encrypt(const struct ctap2_shared *shared, const unsigned char *data, size_t length,
                     unsigned char ret_data[CTAP2_ENCRYPTED_MAX])
{
    unsigned char iv[CTAP2_IV] = {0};
    size_t head = shared->protocol == 1 ? 0 : CTAP2_IV;

    softkey_must(head + length <= CTAP2_ENCRYPTED_MAX);
    if (head > 0)
        softkey_must(RAND_bytes(iv, sizeof iv) == 1);
    memcpy(ret_data, iv, head);
    cipher(shared, true, iv, data, length, ret_data + head);
    return head + length;
}

bool ctap2_decrypt(const struct ctap2_shared *shared, struct ctap2_bytes data,
                   unsigned char ret_data[16])
{
    unsigned char iv[CTAP2_IV] = {0};
    size_t head = shared->protocol == 1 ? 0 : CTAP2_IV;

    if (data.data == NULL || data.length != head + 16)
        return false;
    memcpy(iv, data.data, head);
    cipher(shared, false, iv, data.data + head, 16, ret_data);
    return true;
}

bool ctap2_authentic(int protocol, const unsigned char token[SOFTKEY_SECRET],
                     const unsigned char *data, size_t length, struct ctap2_bytes proof)
{
    unsigned char expected[HASH];
    unsigned written = HASH;

    softkey_must(HMAC(EVP_sha256(), token, SOFTKEY_SECRET, data, length, expected, &written) !=
                 NULL);
    return proof.length == (protocol == 1 ? PROOF_1 : HASH) &&
           CRYPTO_memcmp(expected, proof.data, proof.length) == 0;
}
