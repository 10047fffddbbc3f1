/* SPDX-License-Identifier: Apache-2.0 */
/* The key's side of CTAP2: which command, what the key can, and the answer's bytes. */
#include "tests/support/softkey/ctap2.h"

#include <string.h>

enum {
    MAKE_CREDENTIAL = 0x01,
    GET_ASSERTION = 0x02,
    GET_INFO = 0x04,
    CLIENT_PIN = 0x06,
    GET_NEXT_ASSERTION = 0x08,
    SELECTION = 0x0b,
};

/* Made up. */
const unsigned char ctap2_aaguid[CTAP2_AAGUID] = "Countersign test";

bool softkey_speaks_u2f(const struct hid_device_ *key)
{
    return !key->wishes.fido2 || !(key->wishes.u2f_off || key->wishes.always_uv);
}

bool ctap2_speaks(const struct hid_device_ *key, int protocol)
{
    return protocol == 1 || (protocol == 2 && !key->wishes.old);
}

/* ---- getInfo: section 6.4 ---- */

static cbor_item_t *versions(const struct hid_device_ *key)
{
    const bool u2f = softkey_speaks_u2f(key), old = key->wishes.old;
    cbor_item_t *array = cbor_new_definite_array(1 + (size_t)u2f + (size_t)!old);

    if (u2f)
        ctap2_push(array, cbor_build_string("U2F_V2"));
    ctap2_push(array, cbor_build_string("FIDO_2_0"));
    if (!old)
        ctap2_push(array, cbor_build_string("FIDO_2_1"));
    return array;
}

/* Those that are not named are false, or such as this key has not heard of. */
static cbor_item_t *options(const struct hid_device_ *key)
{
    const struct {
        const char *name;
        bool named, value;
    } all[] = {
        {"rk", true, false},
        {"up", true, true},
        {"uv", key->wishes.uv, true},
        {"plat", true, false},
        {"alwaysUv", !key->wishes.old, key->wishes.always_uv},
        {"clientPin", true, key->wishes.pin[0] != '\0'},
        {"pinUvAuthToken", !key->wishes.old, true},
        {"makeCredUvNotRqd", !key->wishes.old, key->wishes.make_without_pin},
    };
    const size_t count = sizeof all / sizeof *all;
    size_t named = 0;
    cbor_item_t *map;

    for (size_t i = 0; i < count; i++)
        named += all[i].named;
    map = cbor_new_definite_map(named);
    for (size_t i = 0; i < count; i++) {
        if (all[i].named)
            ctap2_put_named(map, all[i].name, cbor_build_bool(all[i].value));
    }
    return map;
}

static cbor_item_t *protocols(const struct hid_device_ *key)
{
    cbor_item_t *array = cbor_new_definite_array(key->wishes.old ? 1 : 2);

    for (int i = key->wishes.old ? 1 : 2; i > 0; i--)
        ctap2_push(array, ctap2_new_number(i));
    return array;
}

static cbor_item_t *algorithms(const struct hid_device_ *key)
{
    static const int names[] = {[SOFTKEY_ES256] = COSE_ES256, [SOFTKEY_EDDSA] = COSE_EDDSA};
    const bool *lacks = key->wishes.lacks;
    cbor_item_t *array = cbor_new_definite_array((size_t)!lacks[0] + (size_t)!lacks[1]);

    for (int i = SOFTKEY_ES256; i <= SOFTKEY_EDDSA; i++) {
        cbor_item_t *entry;

        if (lacks[i])
            continue;
        entry = cbor_new_definite_map(2);
        ctap2_put_named(entry, "alg", ctap2_new_number(names[i]));
        ctap2_put_named(entry, "type", cbor_build_string("public-key"));
        ctap2_push(array, entry);
    }
    return array;
}

static enum ctap2_status get_info(struct hid_device_ *key, const cbor_item_t *none,
                                  cbor_item_t **ret_answer)
{
    const bool old = key->wishes.old, bounded = !old && key->wishes.list > 0;
    cbor_item_t *map = cbor_new_definite_map((old ? 5 : 9) + (size_t)bounded);

    (void)none;
    ctap2_put(map, 0x01, versions(key));
    ctap2_put(map, 0x03, cbor_build_bytestring(ctap2_aaguid, sizeof ctap2_aaguid));
    ctap2_put(map, 0x04, options(key));
    ctap2_put(map, 0x05, ctap2_new_number(SOFTKEY_MESSAGE_MAX)); /* maxMsgSize */
    ctap2_put(map, 0x06, protocols(key));
    if (bounded)
        ctap2_put(map, 0x07, ctap2_new_number((int)key->wishes.list));
    if (!old) {
        cbor_item_t *transports = cbor_new_definite_array(1);

        ctap2_push(transports, cbor_build_string("usb"));
        ctap2_put(map, 0x08, ctap2_new_number(SOFTKEY_HANDLE_MAX)); /* maxCredentialIdLength */
        ctap2_put(map, 0x09, transports);
        ctap2_put(map, 0x0a, algorithms(key));
        ctap2_put(map, 0x0d, ctap2_new_number(4)); /* minPINLength */
    }
    *ret_answer = map;
    return CTAP2_DONE;
}

/* ---- small ones ---- */

static enum ctap2_status select_key(struct hid_device_ *key, const cbor_item_t *none,
                                    cbor_item_t **ret_answer)
{
    (void)none;
    (void)ret_answer;
    if (key->wishes.old)
        return CTAP2_INVALID_COMMAND;
    return softkey_touched(key) ? CTAP2_DONE : CTAP2_WAIT;
}

/* Every assertion is the only one. */
static enum ctap2_status get_next(struct hid_device_ *key, const cbor_item_t *none,
                                  cbor_item_t **ret_answer)
{
    (void)key;
    (void)none;
    (void)ret_answer;
    return CTAP2_NOT_ALLOWED;
}

/* ---- all commands ---- */

static const struct {
    unsigned char command;
    bool has_map;
    enum ctap2_status (*run)(struct hid_device_ *key, const cbor_item_t *map,
                             cbor_item_t **ret_answer);
} commands[] = {
    {MAKE_CREDENTIAL, true, ctap2_make},   {GET_ASSERTION, true, ctap2_assert},
    {GET_INFO, false, get_info},           {CLIENT_PIN, true, ctap2_pin},
    {GET_NEXT_ASSERTION, false, get_next}, {SELECTION, false, select_key},
};

static enum ctap2_status run(struct hid_device_ *key, const unsigned char *command, size_t length,
                             cbor_item_t **ret_answer)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        cbor_item_t *map = NULL;
        enum ctap2_status status;

        if (command[0] != commands[i].command)
            continue;
        if (commands[i].has_map)
            map = ctap2_load(command + 1, length - 1);
        if ((map == NULL) == (commands[i].has_map || length > 1))
            return CTAP2_INVALID_CBOR;
        status = commands[i].run(key, map, ret_answer);
        if (map != NULL)
            cbor_decref(&map);
        return status;
    }
    return CTAP2_INVALID_COMMAND;
}

size_t softkey_ctap2(struct hid_device_ *key, const unsigned char *command, size_t length,
                     unsigned char *ret_answer)
{
    cbor_item_t *answer = NULL;
    enum ctap2_status status = run(key, command, length, &answer);
    size_t used = 1;

    if (status == CTAP2_WAIT)
        return 0;
    ret_answer[0] = (unsigned char)status;
    if (answer != NULL)
        used += ctap2_write(answer, ret_answer + 1, SOFTKEY_MESSAGE_MAX - 1);
    return used;
}
