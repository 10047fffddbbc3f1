/* SPDX-License-Identifier: Apache-2.0 */
#include "base/percent.h"

#include <string.h>

static bool is_in(char byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

void cs_percent_encode(struct cs_buffer *out, const char *text, size_t length, const char *plain)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < length; i++) {
        unsigned byte = (unsigned char)text[i];

        if (is_in(text[i], unreserved) || is_in(text[i], plain))
            cs_buffer_add(out, text + i, 1);
        else
            cs_buffer_add(out, (const char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3);
    }
}
