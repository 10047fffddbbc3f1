/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/u2f_signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "tests/support/require.h"

static void make_certificate(struct u2f_signer *signer, EVP_PKEY *issuer, X509_EXTENSION *extension)
{
    X509 *certificate = X509_new();
    unsigned char *at = signer->certificate;
    X509_NAME *name;
    int length;

    REQUIRE(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1);
    REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1);
    REQUIRE(X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL);
    REQUIRE(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) != NULL);
    name = X509_get_subject_name(certificate);
    REQUIRE(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                       (const unsigned char *)"U2F test key", -1, -1, 0) == 1);
    REQUIRE(X509_set_issuer_name(certificate, name) == 1);
    REQUIRE(X509_set_pubkey(certificate, signer->attestation) == 1);
    REQUIRE(extension == NULL || X509_add_ext(certificate, extension, -1) == 1);
    REQUIRE(X509_sign(certificate, issuer, EVP_sha256()) > 0);
    length = i2d_X509(certificate, NULL);
    REQUIRE(length > 0 && (size_t)length <= sizeof signer->certificate);
    signer->certificate_length = (size_t)i2d_X509(certificate, &at);
    X509_free(certificate);
}

void u2f_signer_open(struct u2f_signer *signer, enum u2f_issuer issuer)
{
    EVP_PKEY *rsa = issuer == U2F_SIGNED_BY_RSA ? EVP_RSA_gen(2048) : NULL;

    *signer = (struct u2f_signer){0};
    signer->key =
        issuer == U2F_EDDSA ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_EC_gen("P-256");
    signer->attestation = EVP_EC_gen(issuer == U2F_ATTESTED_BY_P384 ? "P-384" : "P-256");
    REQUIRE(signer->key != NULL && signer->attestation != NULL);
    signer->public_key.algorithm = issuer == U2F_EDDSA ? CS_U2F_EDDSA : CS_U2F_ES256;
    REQUIRE(EVP_PKEY_get_octet_string_param(
                signer->key, OSSL_PKEY_PARAM_PUB_KEY, signer->public_key.bytes,
                sizeof signer->public_key.bytes, &signer->public_key.length) == 1);
    REQUIRE(signer->public_key.length ==
            (issuer == U2F_EDDSA ? CS_U2F_EDDSA_BYTES : CS_U2F_PUBLIC_KEY_BYTES));
    make_certificate(signer, rsa ? rsa : signer->attestation, NULL);
    EVP_PKEY_free(rsa);
}

void u2f_signer_extend(struct u2f_signer *signer, const char *id, const unsigned char *value,
                       size_t length)
{
    ASN1_OBJECT *object = OBJ_txt2obj(id, 1);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    REQUIRE(object != NULL && octets != NULL &&
            ASN1_OCTET_STRING_set(octets, value, (int)length) == 1);
    extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, octets);
    REQUIRE(extension != NULL);
    make_certificate(signer, signer->attestation, extension);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
}

void u2f_signer_close(struct u2f_signer *signer)
{
    EVP_PKEY_free(signer->key);
    EVP_PKEY_free(signer->attestation);
    *signer = (struct u2f_signer){0};
}

size_t u2f_sign(EVP_PKEY *key, const unsigned char *message, size_t length,
                unsigned char *ret_signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[128];
    size_t written = sizeof signature;

    REQUIRE(context != NULL &&
            EVP_DigestSignInit(context, NULL, EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256(),
                               NULL, key) == 1 &&
            EVP_DigestSign(context, signature, &written, message, length) == 1);
    EVP_MD_CTX_free(context);
    memcpy(ret_signature, signature, written);
    return written;
}

size_t u2f_sign_registration(const struct u2f_signer *signer, const unsigned char *app_hash,
                             const unsigned char *client_hash, const struct cs_u2f_handle *handle,
                             unsigned char *ret_data)
{
    unsigned char message[512] = {0}, *signed_end = message + 1, *at = ret_data;

    signed_end = mempcpy(signed_end, app_hash, CS_U2F_HASH_BYTES);
    signed_end = mempcpy(signed_end, client_hash, CS_U2F_HASH_BYTES);
    signed_end = mempcpy(signed_end, handle->bytes, handle->length);
    signed_end = mempcpy(signed_end, signer->public_key.bytes, CS_U2F_PUBLIC_KEY_BYTES);
    *at++ = 5;
    at = mempcpy(at, signer->public_key.bytes, CS_U2F_PUBLIC_KEY_BYTES);
    *at++ = (unsigned char)handle->length;
    at = mempcpy(at, handle->bytes, handle->length);
    at = mempcpy(at, signer->certificate, signer->certificate_length);
    at += u2f_sign(signer->attestation, message, (size_t)(signed_end - message), at);
    return (size_t)(at - ret_data);
}

size_t u2f_sign_assertion(const struct u2f_signer *signer, const unsigned char *app_hash,
                          const unsigned char *client_hash, unsigned char flags, uint32_t counter,
                          unsigned char *ret_data)
{
    const unsigned char claim[5] = {flags, (unsigned char)(counter >> 24),
                                    (unsigned char)(counter >> 16), (unsigned char)(counter >> 8),
                                    (unsigned char)counter};
    unsigned char message[2 * CS_U2F_HASH_BYTES + sizeof claim], *at = message;

    at = mempcpy(at, app_hash, CS_U2F_HASH_BYTES);
    at = mempcpy(at, claim, sizeof claim);
    at = mempcpy(at, client_hash, CS_U2F_HASH_BYTES);
    memcpy(ret_data, claim, sizeof claim);
    return sizeof claim +
           u2f_sign(signer->key, message, (size_t)(at - message), ret_data + sizeof claim);
}
