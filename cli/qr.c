/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/qr.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/screen.h"
#include "conversation/width.h"

static size_t columns_of(const struct cs_buffer *code)
{
    return code->length > 0 ? cs_text_columns(code->text, strcspn(code->text, "\n")) : 0;
}

static void print_line(const char *line, size_t length, bool colours)
{
    (void)printf("%s%.*s%s\n", colours ? "\033[30;107m" : "", (int)length, line,
                 colours ? "\033[0m" : "");
}

/* Letters leave gaps that no reader understands, so colours do without any. */
static void print_blanks(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        (void)printf("%s ", i > 0 && line[i] == line[i - 1] ? ""
                            : line[i] == '#'                ? "\033[40m"
                                                            : "\033[107m");
    (void)puts("\033[0m");
}

static void print_lines(const struct cs_buffer *code, const struct cs_screen *screen)
{
    for (const char *line = code->text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        if (!screen->utf8 && screen->colours)
            print_blanks(line, (size_t)(end - line));
        else
            print_line(line, (size_t)(end - line), screen->colours);
    }
}

static void say_too_wide(const struct cs_screen *screen, size_t columns)
{
    (void)printf("(The QR code takes %zu columns, and this terminal has %u: make it wider", columns,
                 screen->columns);
    if (!screen->utf8)
        (void)printf(", or set LANG to C.UTF-8 if it shows UTF-8, which takes half of them");
    (void)printf(".)\n");
}

/* With colours, both are set: the code is dark on light whatever the terminal's own colours are. */
void cs_print_qr(const char *text, bool light)
{
    const struct cs_screen screen = cs_screen_look();
    enum cs_qr_blocks blocks = light && !screen.colours ? CS_QR_LIGHT : CS_QR_DARK;
    CS_AUTO(cs_buffer_free) struct cs_buffer code = {0};
    size_t columns;
    bool drawn =
        screen.utf8 ? cs_qr_add(&code, text, blocks, 0) : cs_qr_add_ascii(&code, text, blocks);

    columns = columns_of(&code);
    if (!drawn)
        (void)printf("(too long for a QR code)\n");
    else if (screen.columns > 0 && columns > screen.columns)
        say_too_wide(&screen, columns);
    else
        print_lines(&code, &screen);
}
