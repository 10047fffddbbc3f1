/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in hex, as test programs take them on their command line. */
#ifndef CS_TESTS_SUPPORT_FROM_HEX_H
#define CS_TESTS_SUPPORT_FROM_HEX_H

#include <stdlib.h>
#include <string.h>

/* At most `room` bytes; returns how many. */
static inline size_t from_hex(const char *text, unsigned char *out, size_t room)
{
    size_t length = strlen(text) / 2;

    for (size_t i = 0; i < length && i < room; i++) {
        const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};

        out[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return length < room ? length : room;
}

#endif
