/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/qr_svg.h"

#include <qrencode.h>

#include "base/secret.h"

enum { QUIET_ZONE = 4 }; /* ISO/IEC 18004 section 5.3.8 */

static bool is_dark(const QRcode *code, int row, int column)
{
    return column < code->width && (code->data[row * code->width + column] & 1) != 0;
}

/* Neighbours in a row are one rectangle: between two, some printers leave a white line. */
static void add_row(struct cs_buffer *out, const QRcode *code, int row)
{
    for (int column = 0, length; column < code->width; column += length) {
        for (length = 0; is_dark(code, row, column + length);)
            length++;
        if (length > 0)
            cs_buffer_printf(out, "M%d %dh%dv1h-%dz", column + QUIET_ZONE, row + QUIET_ZONE, length,
                             length);
        else
            length = 1;
    }
}

bool cs_qr_svg_add(struct cs_buffer *out, const char *text)
{
    /* Paper gets folded and stained: one level more than on a screen. */
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    int size;

    if (code == NULL)
        return false;
    size = code->width + 2 * QUIET_ZONE;
    cs_buffer_printf(out,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
                     "aria-label=\"QR code\" shape-rendering=\"crispEdges\">"
                     "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
                     size, size, size, size);
    for (int row = 0; row < code->width; row++)
        add_row(out, code, row);
    cs_buffer_text(out, "\"/></svg>\n");
    cs_wipe(code->data, (size_t)code->width * (size_t)code->width); /* may hold a secret */
    QRcode_free(code);
    return !out->failed;
}
