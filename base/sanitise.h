/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes text from users, providers and devices harmless before it reaches a prompt, a log or a
 * terminal: C0, DEL, C1, bidi controls and invalid UTF-8 become '?'. Some clients print prompts
 * raw, which has let escape sequences through to terminals.
 */
#ifndef CS_BASE_SANITISE_H
#define CS_BASE_SANITISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Appends `length` bytes of `text`, sanitised; newline and tab count as controls. */
void cs_sanitise(struct cs_buffer *out, const char *text, size_t length);

/* True when cs_sanitise would change nothing. */
bool cs_is_clean(const char *text, size_t length);

/*
 * Decodes one UTF-8 sequence (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 * Returns its length in bytes, 1..4, or 0 when the bytes are not valid. `left` is at least 1.
 */
size_t cs_utf8_decode(const char *text, size_t left, unsigned long *ret_code);

#endif
