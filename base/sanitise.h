/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that comes from users, providers and devices, made harmless before it meets a prompt, a log
 * or a terminal: C0, DEL, C1, bidi controls and invalid UTF-8 become '?'. (compare escape sequences
 * in prompts reached terminals through clients that print them raw.)
 */
#ifndef CS_BASE_SANITISE_H
#define CS_BASE_SANITISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Appends `length` bytes of `text`, cleaned; newline and tab are controls too. */
void cs_sanitise(struct cs_buffer *out, const char *text, size_t length);

/* True when cs_sanitise would change nothing. */
bool cs_is_clean(const char *text, size_t length);

/*
 * Decodes one UTF-8 sequence (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 * Returns its length in bytes, 1..4, or 0 when the bytes are not valid. `left` is at least 1.
 */
size_t cs_utf8_decode(const char *text, size_t left, unsigned long *ret_code);

#endif
