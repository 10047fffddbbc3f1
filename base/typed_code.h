/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes, recovery codes and secrets as people type and paste them. White space, separators, dashes
 * and characters that are not seen do not matter; the digits of every script are digits; nothing
 * else changes. Passwords never come here.
 */
#ifndef CS_BASE_TYPED_CODE_H
#define CS_BASE_TYPED_CODE_H

#include <stdbool.h>

#include "base/secret.h"

/* The code in `typed`; bytes that are not UTF-8 are kept. Never longer than what was typed. Only
 * memory can run out. */
enum cs_err cs_typed_code(const struct cs_secret *typed, struct cs_secret *ret_code) CS_MUST_USE;

/* The same for a piece of a text. */
enum cs_err cs_typed_code_of(const char *text, size_t length,
                             struct cs_secret *ret_code) CS_MUST_USE;

/* Of a code made from a time or a counter (RFC 4226, section 5.3). */
enum { CS_CODE_DIGITS_MIN = 6, CS_CODE_DIGITS_MAX = 8 };

/* Whether it is as many digits. */
bool cs_is_digits(const struct cs_secret *code);

/* The first dash of any script; NULL: none. *ret_length: its bytes. */
const char *cs_find_dash(const char *text, size_t length, size_t *ret_length);

#endif
