/*
 * Every text that a person sees during a login, by key. An administrator's own text may stand in
 * for the built-in one. Substitutions: %% is %, %C the correlation of a challenge (empty where
 * there is none), %L a count; the two characters \n, \t and \\ become newline, tab and backslash.
 */
#ifndef CS_CONVERSATION_TEXT_H
#define CS_CONVERSATION_TEXT_H

#include "base/buffer.h"

enum cs_text_key { CS_TEXT_OTP_PROMPT, CS_TEXT_NOT_ACCEPTED, CS_TEXT_RECOVERY_LEFT, CS_TEXTS };

enum {
    CS_TEXT_BYTES_MAX = 500,     /* a whole prompt */
    CS_TEXT_OWN_BYTES_MAX = 450, /* an administrator's text: a built-in line may stand before it */
    CS_TEXT_COLUMNS_MAX = 77,
};

struct cs_text_values {
    unsigned left; /* %L */
};

/* Appends the text of `key`, or `own` where it is not NULL. */
void cs_text_render(struct cs_buffer *out, enum cs_text_key key, const char *own,
                    const struct cs_text_values *values);

/* Whether an administrator's text may be a prompt: not empty, within CS_TEXT_OWN_BYTES_MAX bytes
 * and CS_TEXT_COLUMNS_MAX columns a line, without control characters. */
enum cs_err cs_text_check(const char *own, struct cs_error *error) CS_MUST_USE;

#endif
