/* SPDX-License-Identifier: Apache-2.0 */
/* The key's side of U2F: FIDO U2F Raw Message Formats v1.2. */
#include <string.h>

#include "tests/support/softkey/pair.h"

enum {
    HASH = SOFTKEY_HASH,
    POINT = SOFTKEY_POINT,
    APDU_HEAD = 7,
    REGISTER = 1,
    AUTHENTICATE = 2,
    VERSION = 3,
    CHECK_ONLY = 7,
    NO_PRESENCE = 8,
};

enum status {
    DONE = 0x9000,
    WRONG_LENGTH = 0x6700,
    NOT_TOUCHED = 0x6985,
    WRONG_DATA = 0x6a80,
    WRONG_INS = 0x6d00,
    WRONG_CLASS = 0x6e00,
};

/* ---- REGISTER ---- */

static enum status do_register(struct hid_device_ *key, const unsigned char *data, size_t length,
                               unsigned char *out, size_t *ret_length)
{
    const unsigned char *challenge = data, *app = data + HASH;
    unsigned char text[1 + 2 * HASH + SOFTKEY_HANDLE_MAX + POINT] = {0};
    unsigned char *point = out + 1, *handle = out + 1 + POINT + 1, *end = text + 1;
    struct softkey_pair pair, attesting;
    size_t size, used;

    if (length != 2 * HASH)
        return WRONG_LENGTH;
    if (!softkey_touched(key))
        return NOT_TOUCHED;
    size = softkey_new_handle(key, SOFTKEY_ES256, app, handle, &pair);
    EVP_PKEY_free(pair.key);
    out[0] = 5;
    memcpy(point, pair.public, POINT);
    out[1 + POINT] = (unsigned char)size;
    used = 1 + POINT + 1 + size;

    used += softkey_attestation(key, &attesting, out + used);
    end = mempcpy(end, app, HASH);
    end = mempcpy(end, challenge, HASH);
    end = mempcpy(end, handle, size);
    end = mempcpy(end, point, POINT);
    used += softkey_sign(key, &attesting, text, (size_t)(end - text), out + used);
    EVP_PKEY_free(attesting.key);
    *ret_length = used;
    return DONE;
}

/* ---- AUTHENTICATE ---- */

static enum status do_authenticate(struct hid_device_ *key, int control, const unsigned char *data,
                                   size_t length, unsigned char *out, size_t *ret_length)
{
    const unsigned char *challenge = data, *app = data + HASH, *handle = data + 2 * HASH + 1;
    unsigned char text[2 * HASH + 5];
    struct softkey_pair pair;
    enum status status = NOT_TOUCHED;
    uint32_t counter;

    if (length < 2 * HASH + 1 || length != 2 * HASH + 1 + (size_t)data[2 * HASH])
        return WRONG_LENGTH;
    if (!softkey_knows(key, app, handle, data[2 * HASH], &pair))
        return WRONG_DATA;
    /* U2F has no EdDSA. */
    if (pair.algorithm != SOFTKEY_ES256) {
        status = WRONG_DATA;
    } else if (control != CHECK_ONLY && (control == NO_PRESENCE || softkey_touched(key))) {
        counter = softkey_count(key);
        out[0] = control != NO_PRESENCE;
        for (int i = 0; i < 4; i++)
            out[1 + i] = (unsigned char)(counter >> (24 - 8 * i));
        memcpy(text, app, HASH);
        memcpy(text + HASH, out, 5);
        memcpy(text + HASH + 5, challenge, HASH);
        *ret_length = 5 + softkey_sign(key, &pair, text, sizeof text, out + 5);
        status = DONE;
    }
    EVP_PKEY_free(pair.key);
    return status;
}

size_t softkey_apdu(struct hid_device_ *key, const unsigned char *apdu, size_t length,
                    unsigned char *ret_answer)
{
    size_t data = length >= APDU_HEAD ? (size_t)apdu[5] << 8 | apdu[6] : 0, used = 0;
    enum status status = WRONG_LENGTH;

    /* Extended length, and up to three bytes that say how much may come back. */
    if (length >= APDU_HEAD && apdu[4] == 0 && length >= APDU_HEAD + data &&
        length <= APDU_HEAD + data + 3) {
        if (apdu[0] != 0)
            status = WRONG_CLASS;
        else if (apdu[1] == REGISTER)
            status = do_register(key, apdu + APDU_HEAD, data, ret_answer, &used);
        else if (apdu[1] == AUTHENTICATE)
            status = do_authenticate(key, apdu[2], apdu + APDU_HEAD, data, ret_answer, &used);
        else
            status = apdu[1] == VERSION ? DONE : WRONG_INS;
        if (apdu[1] == VERSION && status == DONE)
            memcpy(ret_answer, "U2F_V2", used = 6);
    }
    ret_answer[used] = (unsigned char)(status >> 8);
    ret_answer[used + 1] = (unsigned char)status;
    return used + 2;
}
