/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text: prompts, log lines, generated output. Old memory is wiped on growth and on
 * release. */
#ifndef CS_BASE_BUFFER_H
#define CS_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* `text` is NULL until something is added, then NUL-terminated. `failed` is sticky: check it once,
 * at the end, instead of after every addition. */
struct cs_buffer {
    char *text;
    size_t length;
    size_t capacity;
    bool failed;
};

/* Makes room for `length` bytes more. */
void cs_buffer_reserve(struct cs_buffer *buffer, size_t length);

void cs_buffer_add(struct cs_buffer *buffer, const char *data, size_t length);
void cs_buffer_text(struct cs_buffer *buffer, const char *text);
void cs_buffer_printf(struct cs_buffer *buffer, const char *format, ...) CS_PRINTF(2, 3);

/* Adds what another buffer holds, and its failure: a part that could not be built must not look
 * like one that is empty. */
void cs_buffer_append(struct cs_buffer *buffer, const struct cs_buffer *part);

/* The text, owned by the caller (free), or NULL when memory ran out; the buffer is empty
 * afterwards. */
char *cs_buffer_take(struct cs_buffer *buffer) CS_MUST_USE;

void cs_buffer_free(struct cs_buffer *buffer);

#endif
