/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner's position in a text, and the error line for it. Private to json/. */
#ifndef CS_JSON_CURSOR_H
#define CS_JSON_CURSOR_H

#include <stdarg.h>
#include <stddef.h>

#include "json/json.h"

/* Counted from 1. The column counts code points; a tab is one. */
struct cs_json_position {
    unsigned line;
    unsigned column;
};

struct cs_json_cursor {
    const char *name; /* starts every message; sanitised */
    char *text;       /* NUL-terminated; comments and trailing commas are blanked out
                       * here */
    size_t length;    /* bytes before the NUL */
    size_t offset;    /* of the next byte */
    struct cs_json_position position; /* of the next byte */
    enum cs_json_mode mode;
    struct cs_error *error; /* may be NULL */
};

/* Checks the whole text for bad UTF-8 and NUL without moving. Everything else relies on this
 * check. */
enum cs_err cs_json_check_text(const struct cs_json_cursor *cursor) CS_MUST_USE;

/* The next byte; NUL only at the end. */
char cs_json_peek(const struct cs_json_cursor *cursor);

/* Moves past the next byte, which must not be the end. */
void cs_json_advance(struct cs_json_cursor *cursor);

/* Moves past white space and, in tolerant mode, comments, which it blanks out. */
enum cs_err cs_json_skip_space(struct cs_json_cursor *cursor) CS_MUST_USE;

/* Refuses what is at `position`. */
enum cs_err cs_json_refuse(const struct cs_json_cursor *cursor, struct cs_json_position position,
                           const char *format, ...) CS_PRINTF(3, 4) CS_MUST_USE;

/* Refuses the next character, naming it. */
enum cs_err cs_json_refuse_next(const struct cs_json_cursor *cursor,
                                const char *expected) CS_MUST_USE;

/* Formats the line of a refusal, sanitised and bounded. */
enum cs_err cs_json_vfail(struct cs_error *error, enum cs_err code, const char *name,
                          struct cs_json_position position, const char *format, va_list arguments)
    CS_PRINTF(5, 0);

#endif
