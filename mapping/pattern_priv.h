/* SPDX-License-Identifier: Apache-2.0 */
/* Two flavours of regular expressions with one interface. */
#ifndef CS_MAPPING_PATTERN_PRIV_H
#define CS_MAPPING_PATTERN_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Group 0 is the whole match. */
enum { CS_PATTERN_GROUPS = 32 };

enum cs_pattern_outcome { CS_PATTERN_REFUSED, CS_PATTERN_NO_MATCH, CS_PATTERN_MATCHED };

/* A range of bytes in the text. */
struct cs_span {
    bool took_part;
    size_t start, length;
};

struct cs_pattern_result {
    enum cs_pattern_outcome outcome;
    char why[160]; /* if refused: the reason */
    size_t groups; /* unless refused: how many groups the pattern has, group 0 included */
    struct cs_span spans[CS_PATTERN_GROUPS];
};

/* Compiles `pattern` and searches `text`; with NULL it only compiles and reports no match. A
 * pattern that does not compile or is beyond the bounds is an outcome; any other problem is an
 * error. */
enum cs_err cs_pattern_pcre(const char *pattern, const char *text,
                            struct cs_pattern_result *ret_result,
                            struct cs_error *error) CS_MUST_USE;
enum cs_err cs_pattern_posix(const char *pattern, const char *text,
                             struct cs_pattern_result *ret_result,
                             struct cs_error *error) CS_MUST_USE;

/* Why regcomp must not get this pattern, or NULL if it may. */
const char *cs_pattern_beyond_bounds(const char *pattern);

#endif
