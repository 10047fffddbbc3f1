/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/base32.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/typed_code.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

enum cs_err cs_base32_encode(const void *data, size_t length, struct cs_secret *ret_text)
{
    const unsigned char *bytes = data;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    uint64_t bits = 0;
    unsigned held = 0;

    text.data = malloc(length * 8 / 5 + 2);
    if (text.data == NULL)
        return CS_ERR_NOMEM;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 5; held -= 5)
            text.data[text.length++] = alphabet[bits >> (held - 5) & 31];
    }
    if (held > 0)
        text.data[text.length++] = alphabet[bits << (5 - held) & 31];
    return cs_secret_set(ret_text, text.data, text.length);
}

static int value_of(char c)
{
    const char *place;

    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    place = c != '\0' ? strchr(alphabet, c) : NULL;
    return place ? (int)(place - alphabet) : -1;
}

enum cs_err cs_base32_decode(const char *text, size_t length, struct cs_secret *ret_data,
                             struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret data = {0}, typed = {0};
    uint32_t bits = 0;
    unsigned held = 0;
    bool padded = false;

    data.data = malloc(length + 1);
    if (data.data == NULL || cs_typed_code_of(text, length, &typed) != CS_OK)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < typed.length; i++) {
        int value = value_of(typed.data[i]);

        padded = padded || typed.data[i] == '=';
        if (padded && typed.data[i] == '=')
            continue;
        if (value < 0 || padded)
            return cs_fail(
                error, CS_ERR_INPUT,
                "character %zu of the secret is not base32 (A-Z, 2-7); blanks and hyphens "
                "do not count",
                i + 1);
        bits = (bits << 5 | (uint32_t)value) & 0xfff;
        held += 5;
        if (held >= 8) {
            held -= 8;
            data.data[data.length++] = (char)(bits >> held & 0xff);
        }
    }
    if (held >= 5 || (bits & ((1U << held) - 1)) != 0)
        return cs_fail(error, CS_ERR_INPUT, "the base32 secret is cut short");
    return cs_secret_set(ret_data, data.data, data.length) == CS_OK ? CS_OK : cs_fail_nomem(error);
}
