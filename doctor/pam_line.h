/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a PAM file as libpam joins and cuts them. Debian 12 has 1.5.2, Debian 13 has 1.7.0;
 * they differ (_pam_assemble_line in the one, _pam_line_assemble in the other):
 *
 *                                   1.5.2                         1.6 and later
 *   longer than 1023 bytes          the rest is another line      one line
 *   a comment or an empty line      skipped                       ends the line
 *   behind a \
 *   1023 bytes, then a \            never ends                    one line
 */
#ifndef CS_DOCTOR_PAM_LINE_H
#define CS_DOCTOR_PAM_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum { CS_PAM_LINE_MAX = 1023 }; /* of libpam before 1.6 */

/* Where a file is read. Set `newer` for libpam 1.6 and later; `number` begins at 1. */
struct cs_pam_reader {
    const char *next, *end;
    unsigned number;
    bool newer;
};

/* One line, its parts joined, without its comment. Release `text`. */
struct cs_pam_line {
    struct cs_buffer text;
    size_t length;         /* of the parts as they stand in the file */
    unsigned number;       /* of the first of them */
    bool hash_in_brackets; /* a # cut it there */
    bool rest;             /* it is what was too much for the line before it */
};

enum cs_pam_line_result {
    CS_PAM_LINE,
    CS_PAM_LINE_END,    /* of the file */
    CS_PAM_LINE_BROKEN, /* the file ends behind a \: libpam refuses the whole file */
    CS_PAM_LINE_HANGS,  /* libpam 1.5.2 reads it for ever */
    CS_PAM_LINE_NOMEM,
};

/* Reads the next line that is not empty. `line` is set in any case but the end. */
enum cs_pam_line_result cs_pam_line_next(struct cs_pam_reader *reader, struct cs_pam_line *line);

/* The next word, as _pam_StrTok takes it: up to a blank, or all that stands in brackets, without
 * them. Changes the text at *next; NULL: there is none. */
char *cs_pam_word(char **next);

#endif
