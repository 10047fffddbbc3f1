/* SPDX-License-Identifier: Apache-2.0 */
/* sshd_config(5) with everything that it includes: where each line stands. What the lines mean is
 * asked of sshd itself (sshd_ask.h). */
#ifndef CS_DOCTOR_SSHD_TEXT_H
#define CS_DOCTOR_SSHD_TEXT_H

#include "base/strlist.h"
#include "doctor/finding.h"

/* One setting. */
struct cs_sshd_line {
    char *path;
    unsigned line;
    char *keyword; /* in lower case, by its present name */
    char *value;   /* words separated by single blanks, without quotes or comment */
    size_t block;  /* the Match block it is in, from 1; 0: none */
};

/* A Match line and what depends on it. */
struct cs_sshd_block {
    char *path;
    unsigned line;
    char *criteria; /* the rest of the line */
    bool everybody; /* they are met by everybody, as far as can be told; sshd.c sets it */
};

/* A file as it was read; one that is included twice is here twice. */
struct cs_sshd_source {
    char *path;
    int copy; /* its text with Include lines that lead to other copies; -1: none was asked for */
};

struct cs_sshd_text {
    const char *root; /* borrowed */
    bool copies;      /* make them */
    struct cs_sshd_line *lines;
    size_t line_count;
    struct cs_sshd_block *blocks; /* block 1 is blocks[0] */
    size_t block_count;
    struct cs_sshd_source *sources; /* the first one is sshd_config */
    size_t source_count;
};

/*
 * Reads sshd_config below `root` (borrowed). With a root, copies are made in memory, in which
 * Include finds the files below the root, and Match Group, which sshd would look up on this
 * machine, is a list of the root's users. Zero `ret_text` first, and release it with
 * cs_sshd_text_clear. CS_ERR_NOT_FOUND: there is no sshd_config.
 */
enum cs_err cs_sshd_text_read(const char *root, struct cs_sshd_text *ret_text,
                              struct cs_error *error) CS_MUST_USE;

void cs_sshd_text_clear(struct cs_sshd_text *text);

/* The first line outside Match blocks (block 0) or in that block that sets `keyword`, or NULL. */
const struct cs_sshd_line *cs_sshd_text_find(const struct cs_sshd_text *text, size_t block,
                                             const char *keyword);

/* ---- words, as sshd reads them ---- */

/* Adds the words of `text`, which may be in quotes, up to a comment. */
enum cs_err cs_sshd_words(const char *text, struct cs_strlist *ret_words) CS_MUST_USE;

/* Whether `name` is in a list of patterns with `*`, `?` and `!`, as ssh_config(5), PATTERNS, has
 * it: 1; 0: no pattern is about it; -1: one that begins with `!` is. */
int cs_sshd_match(const char *name, const char *patterns);

extern const char cs_sshd_config[]; /* where the file is */

#endif
