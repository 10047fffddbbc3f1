/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/certificate.h"

#include <string.h>

#include "base/secret.h"
#include "u2f/message.h"

enum { RSA_BYTES = 256 };

void cs_u2f_free_object(ASN1_OBJECT **object)
{
    ASN1_OBJECT_free(*object);
}

void cs_u2f_free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

/*
 * The first keys of one maker have RSA-signed certificates whose signature claims more than 7
 * unused bits, which no parser accepts. That signature is not checked here, so the number does not
 * matter.
 */
static void mend_unused_bits(unsigned char *der, size_t length)
{
    static const unsigned char bit_string[] = {0x03, 0x82, 0x01, 0x01};
    unsigned char *unused;

    if (length < sizeof bit_string + 1 + RSA_BYTES)
        return;
    unused = der + length - RSA_BYTES - 1;
    if (*unused > 7 && cs_equal_ct(unused - sizeof bit_string, bit_string, sizeof bit_string))
        *unused = 0;
}

enum cs_err cs_u2f_open_certificate(const unsigned char *der, size_t length, X509 **ret_certificate,
                                    EVP_PKEY **ret_key, struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_certificate) X509 *certificate = NULL;
    unsigned char copy[CS_U2F_REGISTRATION_MAX];
    const unsigned char *at = copy;
    char group[32] = "";
    EVP_PKEY *key;

    if (length > sizeof copy)
        return cs_fail(error, CS_ERR_INPUT, "the key's certificate is too long");
    memcpy(copy, der, length);
    mend_unused_bits(copy, length);
    certificate = d2i_X509(NULL, &at, (long)length);
    if (certificate == NULL || at != copy + length)
        return cs_fail(error, CS_ERR_INPUT, "the key's certificate cannot be read");
    key = X509_get0_pubkey(certificate);
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1 ||
        strcmp(group, "prime256v1") != 0)
        return cs_fail(error, CS_ERR_INPUT, "the key's certificate has no P-256 public key");
    *ret_key = key;
    *ret_certificate = certificate;
    certificate = NULL;
    return CS_OK;
}
