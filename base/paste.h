/* SPDX-License-Identifier: Apache-2.0 */
/* What a person pastes: lines, in one of which stands the word that is wanted. */
#ifndef CS_BASE_PASTE_H
#define CS_BASE_PASTE_H

#include "base/buffer.h"
#include "base/error.h"

/* Read at most, in search of it. */
enum { CS_PASTE_BYTES = 8192, CS_PASTE_LINES = 24 };

struct cs_paste {
    const char *ask;    /* on a terminal, on standard error */
    const char *again;  /* ... behind a line without it; "" for nothing */
    const char *prefix; /* the word starts with it */
};

/* The first word in `text` that starts so, or NULL. */
const char *cs_paste_find(const char *text, const char *prefix);

/*
 * Reads standard input up to the line with the word and appends that line from the word on, without
 * its end. CS_ERR_NOT_FOUND at the end of the input, or of the bounds: then the last line that was
 * not blank is appended. On a terminal what follows is thrown away, so that no shell runs it.
 */
enum cs_err cs_paste_read(const struct cs_paste *paste, struct cs_buffer *out,
                          struct cs_error *error) CS_MUST_USE;

/* Bytes of the word that `text` starts with. */
size_t cs_paste_word(const char *text);

/* Adds what to do to an error about that word, where it ends its line: it may go on in the next. */
void cs_paste_explain(const char *text, struct cs_error *error);

#endif
