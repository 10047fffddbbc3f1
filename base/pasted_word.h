/* SPDX-License-Identifier: Apache-2.0 */
/* Pasted input: several lines, one of which contains the word we want. */
#ifndef CS_BASE_PASTED_WORD_H
#define CS_BASE_PASTED_WORD_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

/* Limits of the search. */
enum { CS_PASTED_WORD_BYTES = 8192, CS_PASTED_WORD_LINES = 24 };

struct cs_pasted_word {
    const char *ask;    /* printed to standard error if input is a terminal */
    const char *again;  /* printed there after a line without the word; may be "" */
    const char *prefix; /* how the word starts; '#' is any digit */
    /* Whether the word at the start of `text` may go on in another line; NULL: it never does. */
    bool (*goes_on)(const char *text);
    const char *more; /* printed to a terminal before such a line is read */
};

/* What PuTTY and plink write before each line of a server's text: "| ", and "> " before the further
 * lines that they break one into. */
enum { CS_PASTED_WORD_FRAME = 2 };
bool cs_pasted_word_is_framed(const char *line);

/* The first word in `text` that starts with `prefix`, in which '#' is any digit, or NULL. */
const char *cs_pasted_word_find(const char *text, const char *prefix);

/*
 * Reads standard input up to the line with the word and appends that line, from the word on and
 * without its newline; then, each after a newline, the framed lines behind it for as long as
 * `goes_on`. At the end of the input or at a limit it appends the last line that is not
 * blank and returns CS_ERR_NOT_FOUND. On a terminal it discards the rest, so that no shell runs it.
 */
enum cs_err cs_pasted_word_read(const struct cs_pasted_word *wanted, struct cs_buffer *out,
                                struct cs_error *error) CS_MUST_USE;

/* Length in bytes of the word at the start of `text`. */
size_t cs_pasted_word_length(const char *text);

/* If that word ends its line, it may continue in the next one: adds advice to `error`, which is
 * about the word. */
void cs_pasted_word_advise(const char *text, struct cs_error *error);

#endif
