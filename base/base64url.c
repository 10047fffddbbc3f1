/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64url.h"

#include <string.h>

void cs_base64url_add(struct cs_buffer *out, const unsigned char *data, size_t length)
{
    unsigned bits = 0, held = 0;

    for (size_t i = 0; i < length; i++) {
        held = (held << 8 | data[i]) & 0xfff;
        for (bits += 8; bits >= 6; bits -= 6)
            cs_buffer_add(out, &CS_BASE64URL_ALPHABET[held >> (bits - 6) & 63], 1);
    }
    if (bits > 0)
        cs_buffer_add(out, &CS_BASE64URL_ALPHABET[held << (6 - bits) & 63], 1);
}

bool cs_base64url_decode(const char *text, size_t length, unsigned char *ret_data, size_t room,
                         size_t *ret_length)
{
    unsigned bits = 0, held = 0;
    size_t done = 0;

    for (size_t i = 0; i < length; i++) {
        const char *found = text[i] ? strchr(CS_BASE64URL_ALPHABET, text[i]) : NULL;

        if (found == NULL)
            return false;
        held = (held << 6 | (unsigned)(found - CS_BASE64URL_ALPHABET)) & 0xfff;
        bits += 6;
        if (bits < 8)
            continue;
        if (done == room)
            return false;
        bits -= 8;
        ret_data[done++] = (unsigned char)(held >> bits & 0xff);
    }
    if (bits == 6 || (held & ((1U << bits) - 1)) != 0)
        return false;
    *ret_length = done;
    return true;
}
