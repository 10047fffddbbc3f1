/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts with substitutions: %X is a value of the login (conversation/texts.c says which letters
 * apply to which text), %% a percent sign; the two characters \n, \t and \\ are newline, tab and
 * backslash. The template is trusted (catalogue or administrator); the values are not, and are
 * sanitised.
 */
#ifndef CS_CONVERSATION_TEMPLATE_H
#define CS_CONVERSATION_TEMPLATE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "conversation/texts.h"

enum {
    CS_PROMPT_BYTES = 500,       /* a whole prompt; OpenPAM truncates at 512 */
    CS_PROMPT_COLUMNS = 77,      /* a line */
    CS_TEMPLATE_BYTES_MAX = 500, /* as written */
    CS_VALUE_COLUMNS = 64,       /* of one value ... */
    CS_URL_COLUMNS = 200,        /* ... and of a page's address, which is of no use if it is cut */
};

/* Values by letter, 'A' to 'Z'; NULL is an empty text. Borrowed. */
struct cs_values {
    const char *of[26];
    unsigned long number; /* chooses the form of a text that has several */
};

/* Appends a value, sanitised and at most `most` columns of it, whatever a directory returns. */
void cs_add_bounded(struct cs_buffer *out, const char *value, size_t most);

void cs_values_set(struct cs_values *values, char letter, const char *text);

/* Appends the rendered template. Substitutions not in `letters` stay as written. `isolate`: values
 * are wrapped in directional isolates (UAX #9 FSI, PDI), for texts that run from right to left. */
void cs_template_render(struct cs_buffer *out, const char *text, const char *letters,
                        const struct cs_values *values, bool isolate);

/* Whether an administrator's text may be used for `key`: not empty, clean, within the limits. */
enum cs_err cs_template_check(enum cs_text key, const char *text,
                              struct cs_error *error) CS_MUST_USE;

/* Whether every substitution in it applies to `key`. */
enum cs_err cs_template_check_letters(enum cs_text key, const char *text,
                                      struct cs_error *error) CS_MUST_USE;

/* Whether a translation may be shown: both checks above, every required substitution present, the
 * same kind of ending as the English text. Of a text with several forms it is one of them. */
enum cs_err cs_template_check_translation(enum cs_text key, const char *text,
                                          struct cs_error *error) CS_MUST_USE;

#endif
