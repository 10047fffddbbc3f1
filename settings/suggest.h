/* SPDX-License-Identifier: Apache-2.0 */
/* What a word means that is none of those allowed: one that is written by mistake often, or a slip
 * of the keyboard. For messages only; nothing is accepted because of it. */
#ifndef CS_SETTINGS_SUGGEST_H
#define CS_SETTINGS_SUGGEST_H

#include <stdbool.h>

#include "settings/setting.h"

/* The nearest name so far; start with cs_suggest_start. `given` has `length` bytes. */
struct cs_suggestion {
    const char *given;
    size_t length;
    const char *name;
    size_t distance;
    bool tie; /* another one is as near: then neither is meant */
};

struct cs_suggestion cs_suggest_start(const char *given, size_t length);
void cs_suggest_consider(struct cs_suggestion *suggestion, const char *name); /* NULL: nothing */
const char *cs_suggest_result(const struct cs_suggestion *suggestion);        /* or NULL */

/* Ends a sentence with the result, or adds nothing. */
void cs_suggest_print(const struct cs_suggestion *suggestion, struct cs_buffer *out);

/* The row of a table that has the word; NULL: none. Blanks, hyphens and underscores are the same.
 */
const struct cs_setting_mistake *cs_suggest_mistake(const struct cs_setting_mistake *mistakes,
                                                    const char *given, size_t length);

/* The value that was meant, of a setting that has a list of them; NULL: none is near. */
const char *cs_suggest_value(const struct cs_setting *row, const char *value);

#endif
