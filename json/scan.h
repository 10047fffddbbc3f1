/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a text before cJSON sees it. cJSON has no positions, truncates strings at \u0000, and
 * accepts bad UTF-8 and more than RFC 8259 allows; a text that passes here it reads as we do.
 * Private to json/.
 */
#ifndef CS_JSON_SCAN_H
#define CS_JSON_SCAN_H

#include "json/cursor.h"

/* One value. Without a key, the key's position is that of the value. */
struct cs_json_mark {
    struct cs_json_position position;
    struct cs_json_position key;
    enum cs_json_type type;
    bool integral; /* a number written as an integer */
    bool fits;     /* and it is within an int64_t: this one */
    int64_t integer;
    size_t count; /* members or elements */
};

/* Every value in document order: each container before its contents. */
struct cs_json_marks {
    struct cs_json_mark *items;
    size_t count;
    size_t capacity;
};

/*
 * Scans the NUL-terminated `text` of `length` bytes, at most `limit`. In tolerant mode comments and
 * trailing commas are overwritten with spaces; newlines stay. Duplicate keys are found later, once
 * the keys are decoded. `ret_marks` is untouched on failure.
 */
enum cs_err cs_json_scan(const char *name, char *text, size_t length, size_t limit,
                         enum cs_json_mode mode, struct cs_json_marks *ret_marks,
                         struct cs_error *error) CS_MUST_USE;

void cs_json_marks_free(struct cs_json_marks *marks);

#endif
