/* SPDX-License-Identifier: Apache-2.0 */
/* What makeCredential and getAssertion have in common (sections 6.1.2 and 6.2.2). */
#include <openssl/evp.h>
#include <string.h>

#include "tests/support/softkey/ctap2.h"

/* The parameters' numbers. */
struct numbers {
    int client_hash, rp, list, options, proof, protocol;
};

static const struct numbers when_making = {1, 2, 5, 7, 8, 9}, when_asserting = {2, 1, 3, 5, 6, 7};

/* ---- reading ---- */

static enum ctap2_status read_option(const cbor_item_t *options, const char *name, int *ret_value)
{
    const cbor_item_t *item = ctap2_get_named(options, name);

    *ret_value = -1;
    if (item == NULL)
        return CTAP2_DONE;
    if (!cbor_isa_float_ctrl(item) || !cbor_is_bool(item))
        return CTAP2_UNEXPECTED_TYPE;
    *ret_value = cbor_get_bool(item);
    return CTAP2_DONE;
}

static enum ctap2_status read_options(const cbor_item_t *options, struct ctap2_request *request)
{
    enum ctap2_status status;

    if (options != NULL && !cbor_isa_map(options))
        return CTAP2_UNEXPECTED_TYPE;
    status = read_option(options, "rk", &request->resident);
    if (status == CTAP2_DONE)
        status = read_option(options, "up", &request->present);
    if (status == CTAP2_DONE)
        status = read_option(options, "uv", &request->verified);
    return status;
}

/* The relying party: a map that has its id, or only that. */
static enum ctap2_status read_rp(const cbor_item_t *item, struct ctap2_request *request)
{
    struct ctap2_bytes id;
    enum ctap2_status status;

    if (item != NULL && request->permission == CTAP2_MAY_MAKE && !cbor_isa_map(item))
        return CTAP2_UNEXPECTED_TYPE;
    status =
        ctap2_text(request->permission == CTAP2_MAY_MAKE ? ctap2_get_named(item, "id") : item, &id);
    if (status != CTAP2_DONE)
        return status;
    if (id.data == NULL)
        return CTAP2_MISSING_PARAMETER;
    softkey_must(EVP_Digest(id.data, id.length, request->app, NULL, EVP_sha256(), NULL) == 1);
    return CTAP2_DONE;
}

static enum ctap2_status read_list(const struct hid_device_ *key, const cbor_item_t *list,
                                   struct ctap2_request *request)
{
    if (list != NULL && !cbor_isa_array(list))
        return CTAP2_UNEXPECTED_TYPE;
    if (list != NULL && key->wishes.list > 0 && cbor_array_size(list) > key->wishes.list)
        return CTAP2_LIMIT_EXCEEDED;
    request->list = list;
    return CTAP2_DONE;
}

enum ctap2_status ctap2_read_request(const struct hid_device_ *key, const cbor_item_t *map,
                                     unsigned permission, struct ctap2_request *ret_request)
{
    const struct numbers *at = permission == CTAP2_MAY_MAKE ? &when_making : &when_asserting;
    enum ctap2_status status;

    *ret_request = (struct ctap2_request){.permission = permission};
    status = ctap2_bytes(ctap2_get(map, at->client_hash), &ret_request->client_hash);
    if (status == CTAP2_DONE && ret_request->client_hash.data == NULL)
        status = CTAP2_MISSING_PARAMETER;
    if (status == CTAP2_DONE && ret_request->client_hash.length != SOFTKEY_HASH)
        status = CTAP2_INVALID_PARAMETER;
    if (status == CTAP2_DONE)
        status = read_rp(ctap2_get(map, at->rp), ret_request);
    if (status == CTAP2_DONE)
        status = read_list(key, ctap2_get(map, at->list), ret_request);
    if (status == CTAP2_DONE)
        status = read_options(ctap2_get(map, at->options), ret_request);
    if (status == CTAP2_DONE)
        status = ctap2_bytes(ctap2_get(map, at->proof), &ret_request->proof);
    if (status == CTAP2_DONE)
        status = ctap2_number(ctap2_get(map, at->protocol), &ret_request->protocol);
    return status;
}

/* ---- verifying the user ---- */

/* The token vouches for the request, may be used for it, and is for this application. */
static bool vouched_for(struct hid_device_ *key, const struct ctap2_request *request)
{
    struct softkey_pin_state *pin = &key->pin;

    if (!pin->ready || (pin->permissions & request->permission) == 0 ||
        !ctap2_authentic(request->protocol, pin->token, request->client_hash.data, SOFTKEY_HASH,
                         request->proof))
        return false;
    if (pin->bound)
        return memcmp(pin->app, request->app, SOFTKEY_HASH) == 0;
    memcpy(pin->app, request->app, SOFTKEY_HASH);
    pin->bound = true;
    return true;
}

/* Platforms ask so which of several keys is touched. */
static enum ctap2_status answer_empty_proof(struct hid_device_ *key)
{
    if (!softkey_touched(key))
        return CTAP2_WAIT;
    return key->wishes.pin[0] != '\0' ? CTAP2_PIN_INVALID : CTAP2_PIN_NOT_SET;
}

/* What the request must be verified for, although it does not ask for that. */
static bool insists(const struct hid_device_ *key, const struct ctap2_request *request)
{
    const struct softkey_wishes *wishes = &key->wishes;

    if (wishes->always_uv)
        return request->permission == CTAP2_MAY_MAKE || request->present != 0;
    return request->permission == CTAP2_MAY_MAKE && !wishes->make_without_pin &&
           (wishes->uv || wishes->pin[0] != '\0');
}

enum ctap2_status ctap2_verify_user(struct hid_device_ *key, const struct ctap2_request *request,
                                    unsigned char *ret_flag)
{
    *ret_flag = 0;
    if (request->proof.data != NULL) {
        if (request->proof.length == 0)
            return answer_empty_proof(key);
        if (request->protocol == 0)
            return CTAP2_MISSING_PARAMETER;
        if (!ctap2_speaks(key, request->protocol))
            return CTAP2_INVALID_PARAMETER;
        *ret_flag = CTAP2_VERIFIED;
        return vouched_for(key, request) ? CTAP2_DONE : CTAP2_PIN_AUTH_INVALID;
    }
    if (request->verified == 1 && !key->wishes.uv)
        return CTAP2_INVALID_OPTION;
    /* The touch that is awaited next verifies. */
    if (request->verified == 1 ||
        (insists(key, request) && key->wishes.always_uv && key->wishes.uv))
        *ret_flag = CTAP2_VERIFIED;
    return *ret_flag == 0 && insists(key, request) ? CTAP2_VERIFICATION_NEEDED : CTAP2_DONE;
}

enum ctap2_status ctap2_await_touch(struct hid_device_ *key, const struct ctap2_request *request)
{
    const bool there = request->proof.data != NULL && key->pin.present;

    if (!there && !softkey_touched(key))
        return CTAP2_WAIT;
    key->pin.present = false;
    return CTAP2_DONE;
}

/* ---- handles ---- */

bool ctap2_find(const struct hid_device_ *key, const struct ctap2_request *request,
                struct ctap2_bytes *ret_handle, struct softkey_pair *ret_pair)
{
    cbor_item_t *const *entries = request->list ? cbor_array_handle(request->list) : NULL;
    size_t count = request->list ? cbor_array_size(request->list) : 0;

    for (size_t i = 0; i < count; i++) {
        struct ctap2_bytes handle, type;

        if (ctap2_text(ctap2_get_named(entries[i], "type"), &type) != CTAP2_DONE ||
            type.length != strlen("public-key") ||
            memcmp(type.data, "public-key", type.length) != 0 ||
            ctap2_bytes(ctap2_get_named(entries[i], "id"), &handle) != CTAP2_DONE)
            continue;
        if (softkey_knows(key, request->app, handle.data, handle.length, ret_pair)) {
            if (ret_handle != NULL)
                *ret_handle = handle;
            return true;
        }
    }
    return false;
}

/* ---- parts of answers ---- */

void ctap2_authdata(const struct hid_device_ *key, const struct ctap2_request *request,
                    unsigned char flags, unsigned char ret_data[CTAP2_AUTHDATA])
{
    const uint32_t counter = softkey_count(key);
    unsigned char *at = mempcpy(ret_data, request->app, SOFTKEY_HASH);

    *at++ = flags;
    for (int i = 0; i < 4; i++)
        *at++ = (unsigned char)(counter >> (24 - 8 * i));
}

cbor_item_t *ctap2_new_descriptor(const unsigned char *handle, size_t length)
{
    cbor_item_t *map = cbor_new_definite_map(2);

    ctap2_put_named(map, "id", cbor_build_bytestring(handle, length));
    ctap2_put_named(map, "type", cbor_build_string("public-key"));
    return map;
}
