/* SPDX-License-Identifier: Apache-2.0 */
/* Plain ASCII for terminals that cannot show anything else (option ascii_prompts). */
#ifndef CS_CONVERSATION_ASCII_H
#define CS_CONVERSATION_ASCII_H

#include <stdbool.h>

#include "base/buffer.h"

/* Appends the text without accents, as `language` spells it then: "é" becomes "e", but "e'" in
 * Italian; "ä" becomes "a", but "ae" in German; quotation marks and dashes become their ASCII
 * forms, "¿" nothing. False if a character has no such form; the result must then not be used. */
bool cs_to_ascii(struct cs_buffer *out, const char *language, const char *text, size_t length);

#endif
