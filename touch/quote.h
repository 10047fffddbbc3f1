/* SPDX-License-Identifier: Apache-2.0 */
/* The server's own words beside ours: nothing that it writes can look like a line of this program.
 */
#ifndef CS_TOUCH_QUOTE_H
#define CS_TOUCH_QUOTE_H

#include "base/buffer.h"
#include "touch/prompt.h"

/* Lines of a quotation; more are left out. */
enum { CS_TOUCH_QUOTE_LINES = 10 };

/*
 * Appends what stands in front of the request in ssh's prompt `text`, without ssh's prefix and
 * without the built-in text that asks for the touch: under a line that names `host`, each line
 * behind "> " and ended, none wider than `columns`, so that no terminal breaks it into one that
 * does not start so. Nothing where nothing is left.
 */
void cs_touch_quote(const char *text, const struct cs_touch_prompt *prompt, const char *host,
                    unsigned columns, struct cs_buffer *out);

#endif
