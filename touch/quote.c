/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/quote.h"

#include <string.h>

#include "base/sanitise.h"

#define MARK "> "

/* The template u2f_prompt's text, left out because nobody pastes anything here. */
static const char built_in[] = "Paste what countersign-touch answers to this line:";

enum { COLUMNS_MIN = 8 };

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    return length;
}

/* Removes the built-in text at the end, however its lines are broken. */
static size_t without_built_in(const char *text, size_t length)
{
    size_t left = strlen(built_in), rest = trimmed(text, length);

    length = rest;
    while (left > 0 && rest > 0) {
        bool same = built_in[left - 1] == text[rest - 1] ||
                    (is_blank(built_in[left - 1]) && is_blank(text[rest - 1]));

        if (!same)
            return length;
        left--;
        rest--;
    }
    return left == 0 ? trimmed(text, rest) : length;
}

/* Appends the text cleaned, and without the isolates and marks of texts that run from right to
 * left: they are not seen, and where lines are broken they would no longer be in pairs. */
static void add_cleaned(const char *text, size_t length, struct cs_buffer *out)
{
    size_t from = 0, at = 0;

    while (at < length) {
        unsigned long code = 0;
        size_t bytes = cs_utf8_decode(text + at, length - at, &code);

        if (bytes > 0 && ((code >= 0x2066 && code <= 0x2069) || code == 0x061c || code == 0x200e ||
                          code == 0x200f)) {
            cs_sanitise(out, text + from, at - from);
            from = at + bytes;
        }
        at += bytes > 0 ? bytes : 1;
    }
    cs_sanitise(out, text + from, length - from);
}

/* Bytes of the longest piece within `columns`. No character has more columns than bytes. */
static size_t piece(const char *text, size_t length, size_t columns)
{
    size_t used = 0;

    while (used < length) {
        unsigned long code;
        size_t bytes = cs_utf8_decode(text + used, length - used, &code);

        bytes = bytes > 0 ? bytes : 1;
        if (used > 0 && used + bytes > columns)
            break;
        used += bytes;
    }
    return used;
}

/* Quotes one of the server's lines; returns the number of lines that it takes. */
static unsigned add_line(const char *text, size_t length, size_t columns, unsigned room,
                         struct cs_buffer *out)
{
    unsigned lines = 0;

    while (length > 0 && lines < room) {
        size_t bytes = piece(text, length, columns);

        cs_buffer_text(out, MARK);
        add_cleaned(text, bytes, out);
        cs_buffer_text(out, "\n");
        text += bytes;
        length -= bytes;
        lines++;
    }
    return lines;
}

void cs_touch_quote(const char *text, const struct cs_touch_prompt *prompt, const char *host,
                    unsigned columns, struct cs_buffer *out)
{
    const char *start = prompt->host[0] ? strstr(text, ") ") : NULL;
    const char *said = start ? start + 2 : text;
    size_t length = without_built_in(said, (size_t)(prompt->request - said));
    size_t width = (columns < COLUMNS_MIN ? COLUMNS_MIN : columns) - strlen(MARK);
    unsigned lines = 0;

    if (length > 0)
        cs_buffer_printf(out, "%s says:\n", host);
    while (length > 0 && lines < CS_TOUCH_QUOTE_LINES) {
        const char *end = memchr(said, '\n', length);
        size_t line = end ? (size_t)(end - said) : length;

        lines += add_line(said, trimmed(said, line), width, CS_TOUCH_QUOTE_LINES - lines, out);
        said += line + (end != NULL);
        length -= line + (end != NULL);
    }
}
