/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of an identity file says. Lines, comments and order are the same in every grammar,
 * and map_file.c reads them. */
#ifndef CS_MAPPING_MAP_GRAMMAR_H
#define CS_MAPPING_MAP_GRAMMAR_H

#include "mapping/map_file.h"

struct cs_map_line {
    const char *file; /* its name, for errors */
    unsigned number;
    char *
        text; /* clean but for tabs, not empty, without blanks at its ends; may be cut into words */
};

/* Fills account and identity, which then point into the text; identity NULL: the line is about all
 * other accounts. CS_ERR_CONFIG if it says neither. */
typedef enum cs_err cs_map_grammar(const struct cs_map_line *line, struct cs_map_entry *ret_entry,
                                   struct cs_error *error);

/* `ACCOUNT IDENTITY`, or `*` alone for all others. */
cs_map_grammar cs_map_grammar_words;

#endif
