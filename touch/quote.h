/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes the server's words so that nothing it writes can look like a line of this program. */
#ifndef CS_TOUCH_QUOTE_H
#define CS_TOUCH_QUOTE_H

#include "base/buffer.h"
#include "touch/prompt.h"

/* Most lines in a quotation; further ones are left out. */
enum { CS_TOUCH_QUOTE_LINES = 10 };

/*
 * Appends the part of ssh's prompt `text` before the request, without ssh's prefix and without the
 * built-in text that asks for our answer. It goes under a line that names `host`; each line starts
 * with "> ", ends in a newline and is at most `columns` wide, so that no terminal wraps it into one
 * without the mark. Appends nothing if nothing is left.
 */
void cs_touch_quote(const char *text, const struct cs_touch_prompt *prompt, const char *host,
                    unsigned columns, struct cs_buffer *out);

#endif
