/* SPDX-License-Identifier: Apache-2.0 */
#include "import/base32.h"

#include <stdint.h>
#include <string.h>

static int value_of(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const char mistyped[][2] = {{'0', 'O'}, {'1', 'L'}, {'8', 'B'}};
    const char *place;

    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    for (size_t i = 0; i < CS_ARRAY_SIZE(mistyped); i++) {
        if (c == mistyped[i][0])
            c = mistyped[i][1];
    }
    place = c != '\0' ? strchr(alphabet, c) : NULL;
    return place != NULL ? (int)(place - alphabet) : -1;
}

bool cs_import_base32_loose(const char *text, struct cs_secret *ret_data)
{
    CS_AUTO(cs_secret_free) struct cs_secret data = {0};
    uint32_t bits = 0;
    unsigned held = 0;
    size_t length = 0;

    /* Never longer than the text. */
    if (cs_secret_set(&data, text, strlen(text)) != CS_OK)
        return false;
    for (const char *c = text; *c != '\0'; c++) {
        int value = value_of(*c);

        if (strchr(" \t\r-", *c) != NULL)
            continue;
        if (value < 0)
            return false;
        bits = (bits << 5 | (uint32_t)value) & 0xfff;
        held += 5;
        if (held >= 8) {
            held -= 8;
            data.data[length++] = (char)(bits >> held & 0xff);
        }
    }
    return length > 0 && cs_secret_set(ret_data, data.data, length) == CS_OK;
}
