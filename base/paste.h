/* SPDX-License-Identifier: Apache-2.0 */
/* Pasted input: several lines, one of which contains the word we want. */
#ifndef CS_BASE_PASTE_H
#define CS_BASE_PASTE_H

#include "base/buffer.h"
#include "base/error.h"

/* Limits of the search. */
enum { CS_PASTE_BYTES = 8192, CS_PASTE_LINES = 24 };

struct cs_paste {
    const char *ask;    /* printed to standard error if input is a terminal */
    const char *again;  /* printed there after a line without the word; may be "" */
    const char *prefix; /* how the word starts */
};

/* The first word in `text` that starts with `prefix`, or NULL. */
const char *cs_paste_find(const char *text, const char *prefix);

/*
 * Reads standard input up to the line with the word and appends that line, from the word on and
 * without its newline. At the end of the input or at a limit it appends the last line that is not
 * blank and returns CS_ERR_NOT_FOUND. On a terminal it discards the rest, so that no shell runs it.
 */
enum cs_err cs_paste_read(const struct cs_paste *paste, struct cs_buffer *out,
                          struct cs_error *error) CS_MUST_USE;

/* Length in bytes of the word at the start of `text`. */
size_t cs_paste_word(const char *text);

/* If that word ends its line, it may continue in the next one: adds advice to `error`, which is
 * about the word. */
void cs_paste_explain(const char *text, struct cs_error *error);

#endif
