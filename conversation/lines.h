/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of what a person reads. Some clients take the newlines out of a prompt, so a blank
 * stands before each. A line that runs from right to left is isolated (UAX #9 RLI, PDI): ssh's
 * prefix, and terminals that take every line for one from left to right, would else tear it apart.
 */
#ifndef CS_CONVERSATION_LINES_H
#define CS_CONVERSATION_LINES_H

#include <stdbool.h>

#include "base/buffer.h"

/* Appends a rendered text. `rtl`: its lines run from right to left; an ending ": " stays outside of
 * the isolate, and whatever is appended then does too. */
void cs_add_lines(struct cs_buffer *out, const char *text, size_t length, bool rtl);

/* Ends the last line of `out`, if it has any text. */
void cs_end_line(struct cs_buffer *out);

#endif
