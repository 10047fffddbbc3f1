/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gecos_match and gecos_replace: a regular expression searched for in a text, and what is written
 * in the place of the whole text.
 *
 * The expression is meant as regex(7) has it, extended, but what people write is often Perl's. So
 * an expression is run as both, and where the two differ for a text there is no result. `pcre:` or
 * `posix:` in front chooses one. Characters are code points to PCRE and bytes to POSIX, whatever
 * the locale of the process, so `.` counts differently: that is such a difference.
 *
 * In the replacement $1 to $9 are the groups, empty where they took no part, $0 is the whole match
 * and $$ a dollar sign. Nothing else may follow a dollar sign.
 */
#ifndef CS_MAPPING_PATTERN_H
#define CS_MAPPING_PATTERN_H

#include "base/buffer.h"
#include "base/error.h"

enum { CS_PATTERN_BYTES = 256, CS_REPLACEMENT_BYTES = 256 };

/* CS_ERR_CONFIG where the two are wrong whatever the text is. */
enum cs_err cs_pattern_check(const char *pattern, const char *replacement,
                             struct cs_error *error) CS_MUST_USE;

/*
 * Appends the replacement for `text`, which is clean (cs_is_clean) and at most CS_GECOS_BYTES long;
 * time and memory are bounded for such texts. CS_ERR_INPUT when there is no match, CS_ERR_CONFIG
 * when the expression is wrong or means two things, CS_ERR_LIMIT when it needs too many steps.
 */
enum cs_err cs_pattern_replace(const char *pattern, const char *replacement, const char *text,
                               struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
