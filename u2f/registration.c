/* SPDX-License-Identifier: Apache-2.0 */
/* Parses registration data (section 4.3) and checks its attestation. */
#include <stdlib.h>
#include <string.h>

#include "u2f/certificate.h"
#include "u2f/signature.h"
#include "u2f/verify.h"

enum {
    RESERVED = 0x05,
    BEFORE_HANDLE = 1 + CS_U2F_PUBLIC_KEY_BYTES + 1,
    CERTIFICATE_HEADER = 4,
};

/* The length of the DER sequence at the start of the bytes, 0 if there is none. A certificate with
 * a key and a signature has at least 128 bytes, so its length takes one or two bytes. */
static size_t certificate_length(const unsigned char *data, size_t left)
{
    size_t length = 0;

    if (left < CERTIFICATE_HEADER || data[0] != 0x30)
        return 0;
    if (data[1] == 0x81)
        length = 3U + data[2];
    else if (data[1] == 0x82)
        length = 4U + ((size_t)data[2] << 8 | data[3]);
    return length <= left ? length : 0;
}

/* Splits the data into its parts; the certificate points into it. */
static enum cs_err split(const unsigned char *data, size_t length,
                         struct cs_u2f_registration *registration,
                         const unsigned char **ret_certificate, struct cs_error *error)
{
    const unsigned char *at;
    size_t left;

    if (length < BEFORE_HANDLE || length > CS_U2F_REGISTRATION_MAX || data[0] != RESERVED)
        return cs_fail(error, CS_ERR_INPUT, "not registration data: %zu bytes that start with %d",
                       length, length > 0 ? data[0] : 0);
    at = data + BEFORE_HANDLE;
    left = length - BEFORE_HANDLE;
    registration->public_key.algorithm = CS_U2F_ES256;
    registration->public_key.length = CS_U2F_PUBLIC_KEY_BYTES;
    memcpy(registration->public_key.bytes, data + 1, CS_U2F_PUBLIC_KEY_BYTES);
    registration->handle.length = at[-1];
    if (registration->handle.length < 1 || registration->handle.length > CS_U2F_HANDLE_MAX ||
        registration->handle.length > left)
        return cs_fail(error, CS_ERR_INPUT,
                       "registration data has a key handle of %zu bytes; it must have 1 to %d",
                       registration->handle.length, CS_U2F_HANDLE_MAX);
    memcpy(registration->handle.bytes, at, registration->handle.length);
    at += registration->handle.length;
    left -= registration->handle.length;
    registration->certificate_length = certificate_length(at, left);
    *ret_certificate = at;
    at += registration->certificate_length;
    left -= registration->certificate_length;
    if (registration->certificate_length == 0 || left < CS_U2F_SIGNATURE_MIN ||
        left > CS_U2F_SIGNATURE_MAX)
        return cs_fail(error, CS_ERR_INPUT,
                       "registration data without a complete certificate followed by a signature");
    registration->signature_length = left;
    memcpy(registration->signature, at, left);
    return CS_OK;
}

enum cs_err cs_u2f_read_registration(const unsigned char *data, size_t length,
                                     struct cs_u2f_registration *ret_registration,
                                     struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_certificate) X509 *certificate = NULL;
    struct cs_u2f_registration registration = {0};
    const unsigned char *der = NULL;
    EVP_PKEY *key = NULL;
    enum cs_err err = split(data, length, &registration, &der, error);

    if (err == CS_OK)
        err = cs_u2f_check_public_key(&registration.public_key, error);
    if (err == CS_OK)
        err = cs_u2f_open_certificate(der, registration.certificate_length, &certificate, &key,
                                      error);
    if (err != CS_OK)
        return err;
    registration.certificate = malloc(registration.certificate_length);
    if (registration.certificate == NULL)
        return cs_fail_nomem(error);
    memcpy(registration.certificate, der, registration.certificate_length);
    *ret_registration = registration;
    return CS_OK;
}

enum cs_err cs_u2f_verify_registration(const struct cs_u2f_registration *registration,
                                       const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                       const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                       struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_certificate) X509 *certificate = NULL;
    unsigned char message[1 + 2 * CS_U2F_HASH_BYTES + CS_U2F_HANDLE_MAX + CS_U2F_PUBLIC_KEY_BYTES] =
        {0};
    unsigned char *at = message + 1; /* the first byte is reserved and 0 */
    EVP_PKEY *key = NULL;
    enum cs_err err = cs_u2f_open_certificate(
        registration->certificate, registration->certificate_length, &certificate, &key, error);

    if (err != CS_OK)
        return err;
    at = mempcpy(at, app_hash, CS_U2F_HASH_BYTES);
    at = mempcpy(at, client_hash, CS_U2F_HASH_BYTES);
    at = mempcpy(at, registration->handle.bytes, registration->handle.length);
    at = mempcpy(at, registration->public_key.bytes, CS_U2F_PUBLIC_KEY_BYTES);
    return cs_u2f_check_signature(key, message, (size_t)(at - message), registration->signature,
                                  registration->signature_length, error);
}

void cs_u2f_registration_free(struct cs_u2f_registration *registration)
{
    free(registration->certificate);
    *registration = (struct cs_u2f_registration){0};
}
