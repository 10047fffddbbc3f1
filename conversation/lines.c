/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/lines.h"

#include <string.h>

static const char isolate_start[] = "\u2067", isolate_end[] = "\u2069";

void cs_end_line(struct cs_buffer *out)
{
    char last = '\n';

    if (out->length > 0 && !out->failed)
        last = out->text[out->length - 1];
    if (out->length > 0)
        cs_buffer_text(out, last == ' ' || last == '\n' ? "\n" : " \n");
}

static void add_isolated(struct cs_buffer *out, const char *line, size_t length)
{
    size_t ending = 0; /* bytes of ": " */

    if (length >= 2 && line[length - 2] == ':' && line[length - 1] == ' ')
        ending = 2;
    if (length > ending) {
        cs_buffer_text(out, isolate_start);
        cs_buffer_add(out, line, length - ending);
        cs_buffer_text(out, isolate_end);
    }
    cs_buffer_add(out, line + length - ending, ending);
}

void cs_add_lines(struct cs_buffer *out, const char *text, size_t length, bool rtl)
{
    for (size_t at = 0; at < length;) {
        const char *line = text + at, *end = memchr(line, '\n', length - at);
        size_t size = end ? (size_t)(end - line) : length - at;

        if (rtl)
            add_isolated(out, line, size);
        else
            cs_buffer_add(out, line, size);
        if (end != NULL && size > 0 && end[-1] != ' ')
            cs_buffer_text(out, " ");
        if (end != NULL)
            cs_buffer_text(out, "\n");
        at += size + (end != NULL);
    }
}
