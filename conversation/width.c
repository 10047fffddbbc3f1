/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/width.h"

#include "base/attributes.h"
#include "base/sanitise.h"

struct range {
    unsigned long first, last;
};

static int contains(const struct range *ranges, size_t count, unsigned long code)
{
    for (size_t i = 0; i < count && ranges[i].first <= code; i++) {
        if (code <= ranges[i].last)
            return 1;
    }
    return 0;
}

unsigned cs_code_columns(unsigned long code)
{
    static const struct range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    static const struct range nothing[] = {
        {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf},
        {0x05c1, 0x05c2}, {0x05c4, 0x05c5}, {0x0610, 0x061a}, {0x061c, 0x061c},
        {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc}, {0x200b, 0x200f},
        {0x2066, 0x2069}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    };

    if (code < 0x0300)
        return 1;
    if (contains(nothing, CS_ARRAY_SIZE(nothing), code))
        return 0;
    return contains(wide, CS_ARRAY_SIZE(wide), code) ? 2 : 1;
}

size_t cs_text_columns(const char *text, size_t length)
{
    size_t widest = 0, columns = 0;

    for (size_t i = 0; i < length;) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(text + i, length - i, &code);

        columns = text[i] == '\n' ? 0 : columns + (size ? cs_code_columns(code) : 1);
        widest = columns > widest ? columns : widest;
        i += size ? size : 1;
    }
    return widest;
}
