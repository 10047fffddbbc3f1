/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sanitise.h"

#include <string.h>

size_t cs_utf8_decode(const char *text, size_t left, unsigned long *ret_code)
{
    static const struct {
        unsigned char mask, lead;
        unsigned long smallest;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t extra = 0; extra < sizeof forms / sizeof forms[0] && extra < left; extra++) {
        unsigned long code = bytes[0] & (unsigned char)~forms[extra].mask;

        if ((bytes[0] & forms[extra].mask) != forms[extra].lead)
            continue;
        for (size_t i = 1; i <= extra; i++) {
            if ((bytes[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (bytes[i] & 0x3f);
        }
        if (code < forms[extra].smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return 0;
        *ret_code = code;
        return extra + 1;
    }
    return 0;
}

/* C0, DEL and C1; line and paragraph separators; the bidi controls of UAX #9; and interlinear
 * annotations, zero-width no-break space and tag characters, which hide text. */
static bool is_harmful(unsigned long code)
{
    static const struct {
        unsigned long first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200e, 0x200f},   {0x2028, 0x202e},
        {0x2066, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    }
    return false;
}

/* Length of the run of printable ASCII at the start: most of any text, and always harmless. */
static size_t plain_bytes(const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && text[i] >= 0x20 && text[i] <= 0x7e)
        i++;
    return i;
}

void cs_sanitise(struct cs_buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t plain = plain_bytes(text + i, length - i), size;
        unsigned long code = 0;

        cs_buffer_add(out, text + i, plain);
        i += plain;
        if (i == length)
            return;
        size = cs_utf8_decode(text + i, length - i, &code);
        if (size == 0 || is_harmful(code))
            cs_buffer_add(out, "?", 1);
        else
            cs_buffer_add(out, text + i, size);
        i += size ? size : 1;
    }
}

bool cs_is_clean(const char *text, size_t length)
{
    for (size_t i = plain_bytes(text, length); i < length;) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(text + i, length - i, &code);

        if (size == 0 || is_harmful(code))
            return false;
        i += size;
        i += plain_bytes(text + i, length - i);
    }
    return true;
}
