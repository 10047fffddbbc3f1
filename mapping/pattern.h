/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gecos_match and gecos_replace: a regular expression to search for in a text, and what replaces
 * the whole text.
 *
 * The expression should be a POSIX extended one (regex(7)), but people often write Perl's. So it is
 * run as both, and where the two differ for a text there is no result. The prefix `pcre:` or
 * `posix:` chooses one. Characters are code points to PCRE and bytes to POSIX, whatever the locale
 * of the process; `.` counting differently is one such difference.
 *
 * In the replacement $1 to $9 are the groups (empty if a group took no part), $0 is the whole match
 * and $$ a dollar sign. Nothing else may follow a dollar sign.
 */
#ifndef CS_MAPPING_PATTERN_H
#define CS_MAPPING_PATTERN_H

#include "base/buffer.h"
#include "base/error.h"

enum { CS_PATTERN_BYTES = 256, CS_REPLACEMENT_BYTES = 256 };

/* CS_ERR_CONFIG if the two are wrong for every text. */
enum cs_err cs_pattern_check(const char *pattern, const char *replacement,
                             struct cs_error *error) CS_MUST_USE;

/*
 * Appends the replacement for `text`, which is clean (cs_is_clean) and at most CS_GECOS_BYTES long;
 * time and memory are bounded for such texts. CS_ERR_INPUT if there is no match, CS_ERR_CONFIG if
 * the expression is wrong or ambiguous, CS_ERR_LIMIT if it needs too many steps.
 */
enum cs_err cs_pattern_replace(const char *pattern, const char *replacement, const char *text,
                               struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
