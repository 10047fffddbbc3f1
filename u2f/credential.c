/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/credential.h"

#include <string.h>

#include "base/secret.h"
#include "base/strlist.h"
#include "u2f/bytes.h"
#include "u2f/certificate.h"
#include "u2f/signature.h"
#include "u2f/verify.h"

enum {
    HAS_CREDENTIAL = 0x40,
    CBOR_MAP = 0xa0,
    CBOR_TYPE = 0xe0,
    COORDINATE = 32,
};

/*
 * Public keys in CBOR (RFC 9053). CTAP2 demands its canonical form (section 6), so that the bytes
 * around the coordinates are always the same: `head`, a coordinate, and for ES256 `middle` and the
 * other one.
 */
static const struct template
{
    const char *head, *middle; /* "": there is no other coordinate */
    size_t head_length;
}
templates[CS_U2F_ALGORITHMS] = {
    /* kty EC2, alg ES256, crv P-256, x, y */
    [CS_U2F_ES256] = {"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", "\x22\x58\x20", 10},
    /* kty OKP, alg EdDSA, crv Ed25519, x */
    [CS_U2F_EDDSA] = {"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", "", 10},
};

static bool starts_with(const struct cs_u2f_bytes *bytes, const char *text, size_t length)
{
    return bytes->left >= length && cs_equal_ct(bytes->at, (const unsigned char *)text, length);
}

/* Reads the coordinates of the algorithm whose template fits. */
static enum cs_err take_public_key(struct cs_u2f_bytes *bytes, struct cs_u2f_public_key *ret_key,
                                   struct cs_error *error)
{
    static const char rsa[] = "\xa4\x01\x03\x03\x39\x01\x00";
    unsigned char skipped[16];

    for (int i = 0; i < CS_U2F_ALGORITHMS; i++) {
        const struct template *form = &templates[i];
        unsigned char *at = ret_key->bytes;

        if (!starts_with(bytes, form->head, form->head_length))
            continue;
        ret_key->algorithm = (enum cs_u2f_algorithm)i;
        if (form->middle[0] != '\0')
            *at++ = 0x04; /* an uncompressed point */
        cs_u2f_take(bytes, skipped, form->head_length);
        cs_u2f_take(bytes, at, COORDINATE);
        at += COORDINATE;
        if (form->middle[0] != '\0') {
            bytes->failed =
                bytes->failed || !starts_with(bytes, form->middle, strlen(form->middle));
            cs_u2f_take(bytes, skipped, strlen(form->middle));
            cs_u2f_take(bytes, at, COORDINATE);
            at += COORDINATE;
        }
        ret_key->length = (size_t)(at - ret_key->bytes);
        return bytes->failed
                   ? cs_fail(error, CS_ERR_INPUT, "the new credential's public key is cut off")
                   : cs_u2f_check_public_key(ret_key, error);
    }
    if (starts_with(bytes, rsa, sizeof rsa - 1))
        return cs_fail(error, CS_ERR_INPUT,
                       "the new credential signs with RS256, whose answers are too long to be "
                       "typed; ES256 and EdDSA can serve");
    return cs_fail(error, CS_ERR_INPUT,
                   "the new credential's public key is neither of ES256 nor of EdDSA");
}

/* WebAuthn, section 6.1. Some keys report an extension that nobody asked for (CTAP 2.1 demands that
 * of credProtect), so extensions are skipped: they are signed, and mean nothing here. */
static enum cs_err read_authenticator_data(struct cs_u2f_credential *credential,
                                           struct cs_error *error)
{
    struct cs_u2f_bytes bytes = {.at = credential->authenticator_data,
                                 .left = credential->authenticator_length};
    enum cs_err result;

    cs_u2f_take(&bytes, credential->app_hash, sizeof credential->app_hash);
    credential->flags = cs_u2f_take_byte(&bytes, 0, UINT8_MAX);
    (void)cs_u2f_take_number(&bytes, 4); /* the counter; the proof has a newer one */
    if (!bytes.failed && (credential->flags & HAS_CREDENTIAL) == 0)
        return cs_fail(error, CS_ERR_INPUT, "the authenticator data contain no new credential");
    cs_u2f_take(&bytes, credential->aaguid, sizeof credential->aaguid);
    credential->handle.length = cs_u2f_take_number(&bytes, 2);
    if (!bytes.failed &&
        (credential->handle.length < 1 || credential->handle.length > CS_U2F_HANDLE_MAX))
        return cs_fail(error, CS_ERR_INPUT,
                       "the new credential has a handle of %zu bytes; it must have 1 to %d",
                       credential->handle.length, CS_U2F_HANDLE_MAX);
    cs_u2f_take(&bytes, credential->handle.bytes, credential->handle.length);
    if (bytes.failed)
        return cs_fail(error, CS_ERR_INPUT, "the authenticator data are cut off");
    result = take_public_key(&bytes, &credential->public_key, error);
    if (result != CS_OK)
        return result;
    if ((credential->flags & CS_U2F_HAS_EXTENSIONS) != 0
            ? bytes.left < 1 || (bytes.at[0] & CBOR_TYPE) != CBOR_MAP
            : bytes.left > 0)
        return cs_fail(error, CS_ERR_INPUT, "the authenticator data do not end as their flags say");
    return CS_OK;
}

/* What follows the authenticator data. */
static enum cs_err read_proofs(struct cs_u2f_bytes *bytes, struct cs_u2f_credential *credential,
                               struct cs_error *error)
{
    struct cs_u2f_assertion *proof = &credential->proof;

    proof->flags = cs_u2f_take_byte(bytes, 0, UINT8_MAX);
    proof->counter = (uint32_t)cs_u2f_take_number(bytes, 4);
    proof->signature_length = cs_u2f_take_byte(bytes, CS_U2F_SIGNATURE_MIN, CS_U2F_SIGNATURE_MAX);
    cs_u2f_take(bytes, proof->signature, proof->signature_length);
    if (bytes->failed)
        return cs_fail(error, CS_ERR_INPUT, "the new credential comes without its proof");
    if (bytes->left == 0)
        return CS_OK;
    credential->signature_length = cs_u2f_take_byte(bytes, 0, CS_U2F_SIGNATURE_MAX);
    if (!bytes->failed && credential->signature_length == 0 && bytes->left == 0)
        return CS_OK;
    if (bytes->failed || credential->signature_length < CS_U2F_SIGNATURE_MIN ||
        credential->signature_length > bytes->left)
        return cs_fail(error, CS_ERR_INPUT, "the new credential's attestation has no signature");
    credential->signature = bytes->at;
    credential->certificate_length = bytes->left - credential->signature_length;
    if (credential->certificate_length > 0)
        credential->certificate = bytes->at + credential->signature_length;
    return CS_OK;
}

enum cs_err cs_u2f_read_credential(const unsigned char *data, size_t length,
                                   struct cs_u2f_credential *ret_credential, struct cs_error *error)
{
    struct cs_u2f_credential credential = {0};
    struct cs_u2f_bytes bytes = {.at = data, .left = length};
    enum cs_err result;

    credential.authenticator_length = cs_u2f_take_number(&bytes, 2);
    if (bytes.failed || length > CS_U2F_REGISTRATION_MAX ||
        credential.authenticator_length > CS_U2F_AUTHENTICATOR_DATA_MAX ||
        credential.authenticator_length > bytes.left)
        return cs_fail(error, CS_ERR_INPUT, "not a new credential: %zu bytes", length);
    credential.authenticator_data = bytes.at;
    bytes.at += credential.authenticator_length;
    bytes.left -= credential.authenticator_length;
    result = read_authenticator_data(&credential, error);
    if (result == CS_OK)
        result = read_proofs(&bytes, &credential, error);
    if (result == CS_OK)
        *ret_credential = credential;
    return result;
}

/* ---- what it proves ---- */

/* id-fido-gen-ce-aaguid: an octet string of the key's model, within that of the extension. */
static enum cs_err check_model(const X509 *certificate,
                               const unsigned char aaguid[CS_U2F_AAGUID_BYTES],
                               struct cs_error *error)
{
    static const unsigned char head[] = {0x04, CS_U2F_AAGUID_BYTES};
    CS_AUTO(cs_u2f_free_object) ASN1_OBJECT *id = OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1);
    int at = id != NULL ? X509_get_ext_by_OBJ(certificate, id, -1) : -1;
    const ASN1_OCTET_STRING *value;

    if (id == NULL)
        return cs_fail_nomem(error);
    if (at < 0)
        return CS_OK;
    value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    if (ASN1_STRING_length(value) == sizeof head + CS_U2F_AAGUID_BYTES &&
        cs_equal_ct(ASN1_STRING_get0_data(value), head, sizeof head) &&
        cs_equal_ct(ASN1_STRING_get0_data(value) + sizeof head, aaguid, CS_U2F_AAGUID_BYTES))
        return CS_OK;
    return cs_fail(error, CS_ERR_INPUT,
                   "the attestation is one of another model of key than the new credential names");
}

/* Packed attestation (WebAuthn, section 8.2). Who issued the certificate is not examined: it shows
 * that some key's maker signed, not which one. */
static enum cs_err check_attestation(const struct cs_u2f_credential *credential,
                                     const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                     struct cs_error *error)
{
    CS_AUTO(cs_u2f_free_certificate) X509 *certificate = NULL;
    CS_AUTO(cs_u2f_free_key) EVP_PKEY *own = NULL;
    unsigned char message[CS_U2F_AUTHENTICATOR_DATA_MAX + CS_U2F_HASH_BYTES];
    EVP_PKEY *key = NULL;
    struct cs_error why = {0};
    enum cs_err result;

    if (credential->certificate != NULL) {
        result = cs_u2f_open_certificate(credential->certificate, credential->certificate_length,
                                         &certificate, &key, error);
        if (result == CS_OK)
            result = check_model(certificate, credential->aaguid, error);
    } else {
        result = cs_u2f_open_key(&credential->public_key, &own, error);
        key = own;
    }
    if (result != CS_OK)
        return result;
    memcpy(message, credential->authenticator_data, credential->authenticator_length);
    memcpy(message + credential->authenticator_length, client_hash, CS_U2F_HASH_BYTES);
    result =
        cs_u2f_check_signature(key, message, credential->authenticator_length + CS_U2F_HASH_BYTES,
                               credential->signature, credential->signature_length, &why);
    if (result == CS_ERR_INPUT)
        return cs_fail(error, CS_ERR_INPUT, "the attestation's signature is wrong");
    return result == CS_OK ? CS_OK : cs_fail(error, result, "%s", why.text);
}

enum cs_err cs_u2f_verify_credential(const struct cs_u2f_credential *credential,
                                     const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                     const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                     struct cs_error *error)
{
    enum cs_err result;

    if ((credential->flags & CS_U2F_USER_PRESENT) == 0)
        return cs_fail(error, CS_ERR_INPUT, "nobody touched the key");
    if (!cs_equal_ct(credential->app_hash, app_hash, CS_U2F_HASH_BYTES))
        return cs_fail(error, CS_ERR_INPUT, "the new credential was made for another application");
    result = cs_u2f_check_claim(&credential->public_key, app_hash, client_hash, &credential->proof,
                                error);
    return result == CS_OK && credential->signature != NULL
               ? check_attestation(credential, client_hash, error)
               : result;
}
