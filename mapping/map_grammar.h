/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of an identity file says. Comments and order are the same in every grammar, and
 * map_file.c reads them. */
#ifndef CS_MAPPING_MAP_GRAMMAR_H
#define CS_MAPPING_MAP_GRAMMAR_H

#include <stdbool.h>

#include "mapping/map_file.h"

struct cs_map_line {
    const char *file; /* its name, for errors */
    unsigned number;
    char *
        text; /* clean but for tabs, not empty, without blanks at its ends; may be cut into words */
};

struct cs_map_grammar {
    unsigned line_bytes; /* the longest line */
    bool crlf;           /* lines may end in CR LF */
    /* Fills account and identity, which then point into the text; identity NULL: the line is about
     * all other accounts. CS_ERR_CONFIG if it says neither. */
    enum cs_err (*read)(const struct cs_map_line *line, struct cs_map_entry *ret_entry,
                        struct cs_error *error);
};

/* `ACCOUNT IDENTITY`, or `*` alone for all others. */
extern const struct cs_map_grammar cs_map_grammar_words;

/* `ACCOUNT SEPARATOR IDENTITY`, with `:`, `=` or blanks between the two; identities in lower case,
 * and no line for all others. */
extern const struct cs_map_grammar cs_map_grammar_secsign;

#endif
