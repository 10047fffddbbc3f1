/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing CBOR through libcbor. */
#include <string.h>

#include "tests/support/softkey/ctap2.h"

/* ---- reading ---- */

cbor_item_t *ctap2_load(const unsigned char *data, size_t length)
{
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(data, length, &result);

    if (item != NULL && (result.read != length || !cbor_isa_map(item)))
        cbor_decref(&item);
    return item;
}

static const cbor_item_t *find(const cbor_item_t *map,
                               bool (*is)(const cbor_item_t *, const void *), const void *wanted)
{
    const struct cbor_pair *pairs;

    if (map == NULL || !cbor_isa_map(map))
        return NULL;
    pairs = cbor_map_handle(map);
    for (size_t i = 0; i < cbor_map_size(map); i++) {
        if (is(pairs[i].key, wanted))
            return pairs[i].value;
    }
    return NULL;
}

static bool is_number(const cbor_item_t *item, const void *wanted)
{
    int number = 0;

    return cbor_is_int(item) && ctap2_number(item, &number) == CTAP2_DONE &&
           number == *(const int *)wanted;
}

static bool is_name(const cbor_item_t *item, const void *wanted)
{
    struct ctap2_bytes text;

    return ctap2_text(item, &text) == CTAP2_DONE && text.data != NULL &&
           text.length == strlen(wanted) && memcmp(text.data, wanted, text.length) == 0;
}

const cbor_item_t *ctap2_get(const cbor_item_t *map, int key)
{
    return find(map, is_number, &key);
}

const cbor_item_t *ctap2_get_named(const cbor_item_t *map, const char *name)
{
    return find(map, is_name, name);
}

enum ctap2_status ctap2_bytes(const cbor_item_t *item, struct ctap2_bytes *ret_bytes)
{
    *ret_bytes = (struct ctap2_bytes){0};
    if (item == NULL)
        return CTAP2_DONE;
    if (!cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item))
        return CTAP2_UNEXPECTED_TYPE;
    /* An empty one has no data in libcbor; it is not missing. */
    *ret_bytes = (struct ctap2_bytes){cbor_bytestring_handle(item), cbor_bytestring_length(item)};
    if (ret_bytes->length == 0)
        ret_bytes->data = (const unsigned char *)"";
    return CTAP2_DONE;
}

enum ctap2_status ctap2_text(const cbor_item_t *item, struct ctap2_bytes *ret_text)
{
    *ret_text = (struct ctap2_bytes){0};
    if (item == NULL)
        return CTAP2_DONE;
    if (!cbor_isa_string(item) || !cbor_string_is_definite(item))
        return CTAP2_UNEXPECTED_TYPE;
    *ret_text = (struct ctap2_bytes){cbor_string_handle(item), cbor_string_length(item)};
    if (ret_text->length == 0)
        ret_text->data = (const unsigned char *)"";
    return CTAP2_DONE;
}

enum ctap2_status ctap2_number(const cbor_item_t *item, int *ret_number)
{
    *ret_number = 0;
    if (item == NULL)
        return CTAP2_DONE;
    if (!cbor_is_int(item))
        return CTAP2_UNEXPECTED_TYPE;
    if (cbor_get_int(item) > 65535)
        return CTAP2_INVALID_PARAMETER;
    *ret_number = (int)cbor_get_int(item);
    if (cbor_isa_negint(item))
        *ret_number = -1 - *ret_number;
    return CTAP2_DONE;
}

/* ---- writing ---- */

static void add(cbor_item_t *map, cbor_item_t *key, cbor_item_t *value)
{
    softkey_must(map != NULL && key != NULL && value != NULL);
    softkey_must(
        cbor_map_add(map, (struct cbor_pair){.key = cbor_move(key), .value = cbor_move(value)}));
}

void ctap2_put(cbor_item_t *map, int key, cbor_item_t *value)
{
    add(map, ctap2_new_number(key), value);
}

void ctap2_put_named(cbor_item_t *map, const char *name, cbor_item_t *value)
{
    add(map, cbor_build_string(name), value);
}

void ctap2_push(cbor_item_t *array, cbor_item_t *value)
{
    softkey_must(array != NULL && value != NULL && cbor_array_push(array, cbor_move(value)));
}

/* As short as it can be, as the canonical form demands. */
cbor_item_t *ctap2_new_number(int number)
{
    unsigned distance = number < 0 ? (unsigned)(-1 - number) : (unsigned)number;

    if (distance <= UINT8_MAX)
        return number < 0 ? cbor_build_negint8((uint8_t)distance)
                          : cbor_build_uint8((uint8_t)distance);
    return number < 0 ? cbor_build_negint16((uint16_t)distance)
                      : cbor_build_uint16((uint16_t)distance);
}

cbor_item_t *ctap2_new_cose(int algorithm, const unsigned char *public)
{
    enum { KTY = 1, ALG = 3, CRV = -1, X = -2, Y = -3, OKP = 1, EC2 = 2, P256 = 1, ED25519 = 6 };
    const bool flat = algorithm == COSE_EDDSA;
    cbor_item_t *map = cbor_new_definite_map(flat ? 4 : 5);

    ctap2_put(map, KTY, ctap2_new_number(flat ? OKP : EC2));
    ctap2_put(map, ALG, ctap2_new_number(algorithm));
    ctap2_put(map, CRV, ctap2_new_number(flat ? ED25519 : P256));
    ctap2_put(map, X, cbor_build_bytestring(flat ? public : public + 1, SOFTKEY_HASH));
    if (!flat)
        ctap2_put(map, Y, cbor_build_bytestring(public + 1 + SOFTKEY_HASH, SOFTKEY_HASH));
    return map;
}

size_t ctap2_write(cbor_item_t *item, unsigned char *ret_bytes, size_t size)
{
    size_t length = cbor_serialize(item, ret_bytes, size);

    softkey_must(length > 0);
    cbor_decref(&item);
    return length;
}
