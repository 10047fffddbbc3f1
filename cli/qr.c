/* SPDX-License-Identifier: Apache-2.0 */
#include <qrencode.h>
#include <unistd.h>

#include "cli/cli.h"

enum { QUIET_ZONE = 2 };

static bool is_dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return (code->data[row * code->width + column] & 1) != 0;
}

/* Two rows of modules make one line of half blocks. On a terminal the colours are set, so that the
 * code is dark on light whatever the terminal's own colours are. */
static void print_line(const QRcode *code, int row, bool colours)
{
    static const char *const blocks[] = {" ", "\u2584", "\u2580", "\u2588"};

    (void)fputs(colours ? "\033[30;107m" : "", stdout);
    for (int column = -QUIET_ZONE; column < code->width + QUIET_ZONE; column++) {
        int upper = is_dark(code, row, column), lower = is_dark(code, row + 1, column);

        (void)fputs(blocks[upper * 2 + lower], stdout);
    }
    (void)fputs(colours ? "\033[0m\n" : "\n", stdout);
}

bool cs_print_qr(const char *text)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    bool colours = isatty(STDOUT_FILENO) == 1;

    if (code == NULL)
        return false;
    for (int row = -QUIET_ZONE; row < code->width + QUIET_ZONE; row += 2)
        print_line(code, row, colours);
    QRcode_free(code);
    return true;
}
