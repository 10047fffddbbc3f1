/* SPDX-License-Identifier: Apache-2.0 */
/* Where the scanner stands in a text, and the line that says what is wrong there. Only for json/.
 */
#ifndef CS_JSON_CURSOR_H
#define CS_JSON_CURSOR_H

#include <stdarg.h>
#include <stddef.h>

#include "json/json.h"

/* Counted from 1; the column counts code points, a tab is one of them. */
struct cs_json_place {
    unsigned line;
    unsigned column;
};

struct cs_json_cursor {
    const char *name;           /* starts every message; clean */
    char *text;                 /* NUL-terminated; comments and trailing commas are blanked in it */
    size_t length;              /* bytes before the NUL */
    size_t offset;              /* of the next byte */
    struct cs_json_place place; /* of the next byte */
    enum cs_json_mode mode;
    struct cs_error *error; /* may be NULL */
};

/* Checks the whole text for bad UTF-8 and NUL; the cursor stays. Everything else relies on it. */
enum cs_err cs_json_check_text(const struct cs_json_cursor *cursor) CS_MUST_USE;

/* The next byte; NUL at the end and nowhere else. */
char cs_json_peek(const struct cs_json_cursor *cursor);

/* Past the next byte, which is not the end. */
void cs_json_advance(struct cs_json_cursor *cursor);

/* Past white space and, in tolerant mode, comments, which are blanked. */
enum cs_err cs_json_skip_space(struct cs_json_cursor *cursor) CS_MUST_USE;

/* Refuses what stands at `place`. */
enum cs_err cs_json_refuse(const struct cs_json_cursor *cursor, struct cs_json_place place,
                           const char *format, ...) CS_PRINTF(3, 4) CS_MUST_USE;

/* Refuses the next character, naming it. */
enum cs_err cs_json_refuse_next(const struct cs_json_cursor *cursor,
                                const char *expected) CS_MUST_USE;

/* The line of a refusal: formatted, cleaned, bounded. */
enum cs_err cs_json_vfail(struct cs_error *error, enum cs_err code, const char *name,
                          struct cs_json_place place, const char *format, va_list arguments)
    CS_PRINTF(5, 0);

#endif
