/* SPDX-License-Identifier: Apache-2.0 */
/* makeCredential: section 6.1. */
#include "tests/support/softkey/ctap2.h"

#include <string.h>

enum {
    COSE_MAX = 80,
    AUTHDATA_MAX = CTAP2_AUTHDATA + CTAP2_AAGUID + 2 + SOFTKEY_HANDLE_MAX + COSE_MAX
};

static const int names[] = {[SOFTKEY_ES256] = COSE_ES256, [SOFTKEY_EDDSA] = COSE_EDDSA};

/* The first of those asked for that this key has. */
static enum ctap2_status choose(const struct hid_device_ *key, const cbor_item_t *wanted,
                                enum softkey_algorithm *ret_algorithm)
{
    if (wanted == NULL)
        return CTAP2_MISSING_PARAMETER;
    if (!cbor_isa_array(wanted))
        return CTAP2_UNEXPECTED_TYPE;
    for (size_t i = 0; i < cbor_array_size(wanted); i++) {
        int name;

        if (ctap2_number(ctap2_get_named(cbor_array_handle(wanted)[i], "alg"), &name) != CTAP2_DONE)
            return CTAP2_UNEXPECTED_TYPE;
        for (int j = SOFTKEY_ES256; j <= SOFTKEY_EDDSA; j++) {
            if (name == names[j] && !key->wishes.lacks[j]) {
                *ret_algorithm = (enum softkey_algorithm)j;
                return CTAP2_DONE;
            }
        }
    }
    return CTAP2_UNSUPPORTED_ALGORITHM;
}

/* ---- the answer ---- */

/* Authenticator data with a new credential in it; returns the length. */
static size_t make_credential(const struct hid_device_ *key, const struct ctap2_request *request,
                              unsigned char flags, enum softkey_algorithm algorithm,
                              unsigned char ret_data[AUTHDATA_MAX], struct softkey_pair *ret_pair)
{
    unsigned char *length_at, *at = ret_data + CTAP2_AUTHDATA;
    size_t length;

    ctap2_authdata(key, request, flags | CTAP2_ATTESTED, ret_data);
    at = mempcpy(at, ctap2_aaguid, sizeof ctap2_aaguid);
    length_at = at;
    length = softkey_new_handle(key, algorithm, request->app, at + 2, ret_pair);
    length_at[0] = 0;
    length_at[1] = (unsigned char)length;
    at += 2 + length;
    at += ctap2_write(ctap2_new_cose(names[algorithm], ret_pair->public), at, COSE_MAX);
    return (size_t)(at - ret_data);
}

/* The statement, after the format's name. */
static cbor_item_t *attest(const struct hid_device_ *key, const struct softkey_pair *made,
                           unsigned char *data, size_t length)
{
    const bool by_itself = key->wishes.attestation == SOFTKEY_SELF;
    unsigned char signature[SOFTKEY_SIGNATURE_MAX], certificate[SOFTKEY_CERTIFICATE_MAX];
    struct softkey_pair attesting;
    cbor_item_t *map = cbor_new_definite_map(by_itself ? 2 : 3), *chain;
    size_t size = softkey_attestation(key, &attesting, certificate), signed_length;

    signed_length = softkey_sign(key, by_itself ? made : &attesting, data, length, signature);
    EVP_PKEY_free(attesting.key);
    ctap2_put_named(map, "alg", ctap2_new_number(by_itself ? names[made->algorithm] : COSE_ES256));
    ctap2_put_named(map, "sig", cbor_build_bytestring(signature, signed_length));
    if (by_itself)
        return map;
    chain = cbor_new_definite_array(1);
    ctap2_push(chain, cbor_build_bytestring(certificate, size));
    ctap2_put_named(map, "x5c", chain);
    return map;
}

static void answer(const struct hid_device_ *key, const struct ctap2_request *request,
                   unsigned char flags, enum softkey_algorithm algorithm, cbor_item_t **ret_answer)
{
    const bool none = key->wishes.attestation == SOFTKEY_NONE;
    unsigned char data[AUTHDATA_MAX + SOFTKEY_HASH];
    struct softkey_pair made;
    size_t length = make_credential(key, request, flags, algorithm, data, &made);
    cbor_item_t *map = cbor_new_definite_map(3);

    ctap2_put(map, 0x01, cbor_build_string(none ? "none" : "packed"));
    ctap2_put(map, 0x02, cbor_build_bytestring(data, length));
    memcpy(data + length, request->client_hash.data, SOFTKEY_HASH);
    if (key->wishes.attestation == SOFTKEY_WRONG)
        data[length] ^= 1;
    ctap2_put(map, 0x03,
              none ? cbor_new_definite_map(0) : attest(key, &made, data, length + SOFTKEY_HASH));
    EVP_PKEY_free(made.key);
    *ret_answer = map;
}

/* ---- the command ---- */

/* What the request itself has wrong. */
static enum ctap2_status check(const struct ctap2_request *request, const cbor_item_t *map)
{
    enum { USER = 0x03 };
    const cbor_item_t *user = ctap2_get(map, USER);
    struct ctap2_bytes id;

    if (user == NULL)
        return CTAP2_MISSING_PARAMETER;
    if (!cbor_isa_map(user) || ctap2_bytes(ctap2_get_named(user, "id"), &id) != CTAP2_DONE)
        return CTAP2_UNEXPECTED_TYPE;
    if (id.data == NULL)
        return CTAP2_MISSING_PARAMETER;
    if (request->resident == 1)
        return CTAP2_UNSUPPORTED_OPTION;
    return request->present == 0 ? CTAP2_INVALID_OPTION : CTAP2_DONE;
}

enum ctap2_status ctap2_make(struct hid_device_ *key, const cbor_item_t *map,
                             cbor_item_t **ret_answer)
{
    enum { ALGORITHMS = 0x04 };
    enum softkey_algorithm algorithm;
    struct ctap2_request request;
    unsigned char flags;
    enum ctap2_status status = ctap2_read_request(key, map, CTAP2_MAY_MAKE, &request);

    if (status == CTAP2_DONE)
        status = choose(key, ctap2_get(map, ALGORITHMS), &algorithm);
    if (status == CTAP2_DONE)
        status = check(&request, map);
    if (status == CTAP2_DONE)
        status = ctap2_verify_user(key, &request, &flags);
    if (status == CTAP2_DONE)
        status = ctap2_await_touch(key, &request);
    if (status != CTAP2_DONE)
        return status;
    if (ctap2_find(key, &request, NULL, NULL))
        return CTAP2_EXCLUDED;
    answer(key, &request, flags | CTAP2_PRESENT, algorithm, ret_answer);
    return CTAP2_DONE;
}
