/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/qr.h"

#include <qrencode.h>

enum { QUIET_ZONE = 2 };

static bool is_dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return (code->data[row * code->width + column] & 1) != 0;
}

static void add_line(struct cs_buffer *out, const QRcode *code, int row, bool light)
{
    static const char *const halves[] = {" ", "\u2584", "\u2580", "\u2588"};

    for (int column = -QUIET_ZONE; column < code->width + QUIET_ZONE; column++) {
        int upper = is_dark(code, row, column) != light;
        int lower = is_dark(code, row + 1, column) != light;

        cs_buffer_text(out, halves[upper * 2 + lower]);
    }
    cs_buffer_text(out, "\n");
}

bool cs_qr_add(struct cs_buffer *out, const char *text, enum cs_qr_blocks blocks, unsigned most)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    unsigned lines;

    if (code == NULL)
        return false;
    lines = ((unsigned)code->width + 2 * QUIET_ZONE + 1) / 2;
    if (most == 0 || lines <= most) {
        for (int row = -QUIET_ZONE; row < code->width + QUIET_ZONE; row += 2)
            add_line(out, code, row, blocks == CS_QR_LIGHT);
    }
    QRcode_free(code);
    return (most == 0 || lines <= most) && !out->failed;
}

bool cs_qr_add_ascii(struct cs_buffer *out, const char *text, enum cs_qr_blocks blocks)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

    if (code == NULL)
        return false;
    for (int row = -QUIET_ZONE; row < code->width + QUIET_ZONE; row++) {
        for (int column = -QUIET_ZONE; column < code->width + QUIET_ZONE; column++)
            cs_buffer_text(out,
                           is_dark(code, row, column) != (blocks == CS_QR_LIGHT) ? "##" : "  ");
        cs_buffer_text(out, "\n");
    }
    QRcode_free(code);
    return !out->failed;
}
