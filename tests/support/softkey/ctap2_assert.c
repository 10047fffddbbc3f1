/* SPDX-License-Identifier: Apache-2.0 */
/* getAssertion: section 6.2. */
#include "tests/support/softkey/ctap2.h"

#include <string.h>

static void answer(const struct hid_device_ *key, const struct ctap2_request *request,
                   unsigned char flags, struct ctap2_bytes handle, const struct softkey_pair *pair,
                   cbor_item_t **ret_answer)
{
    unsigned char text[CTAP2_AUTHDATA + SOFTKEY_HASH], signature[SOFTKEY_SIGNATURE_MAX];
    cbor_item_t *map = cbor_new_definite_map(3);
    size_t length;

    ctap2_authdata(key, request, flags, text);
    memcpy(text + CTAP2_AUTHDATA, request->client_hash.data, SOFTKEY_HASH);
    length = softkey_sign(key, pair, text, sizeof text, signature);
    ctap2_put(map, 0x01, ctap2_new_descriptor(handle.data, handle.length));
    ctap2_put(map, 0x02, cbor_build_bytestring(text, CTAP2_AUTHDATA));
    ctap2_put(map, 0x03, cbor_build_bytestring(signature, length));
    *ret_answer = map;
}

enum ctap2_status ctap2_assert(struct hid_device_ *key, const cbor_item_t *map,
                               cbor_item_t **ret_answer)
{
    struct ctap2_request request;
    struct ctap2_bytes handle;
    struct softkey_pair pair;
    unsigned char flags;
    enum ctap2_status status = ctap2_read_request(key, map, CTAP2_MAY_ASSERT, &request);

    if (status == CTAP2_DONE && request.resident >= 0)
        status = CTAP2_UNSUPPORTED_OPTION;
    if (status == CTAP2_DONE)
        status = ctap2_verify_user(key, &request, &flags);
    if (status != CTAP2_DONE)
        return status;
    if (!ctap2_find(key, &request, &handle, &pair))
        return CTAP2_NO_CREDENTIALS;
    /* Verifying by itself takes a touch, whether or not the request wants one. */
    if (request.present != 0 || (flags != 0 && request.proof.data == NULL))
        status = ctap2_await_touch(key, &request);
    if (request.present != 0)
        flags |= CTAP2_PRESENT;
    if (status == CTAP2_DONE)
        answer(key, &request, flags, handle, &pair, ret_answer);
    EVP_PKEY_free(pair.key);
    return status;
}
