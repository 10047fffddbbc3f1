/* SPDX-License-Identifier: Apache-2.0 */
/* Plain ASCII for terminals that show nothing else (option ascii_prompts). */
#ifndef CS_CONVERSATION_ASCII_H
#define CS_CONVERSATION_ASCII_H

#include <stdbool.h>

#include "base/buffer.h"

/* Appends the text with accents taken off ("é" to "e", "ß" to "ss", quotation marks and dashes to
 * theirs). False when a character has no such form: the text is then not to be used. */
bool cs_to_ascii(struct cs_buffer *out, const char *text, size_t length);

#endif
