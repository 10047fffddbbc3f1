/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, numbers and words: values without parts. Private to json/. */
#ifndef CS_JSON_LEXEME_H
#define CS_JSON_LEXEME_H

#include "json/cursor.h"

/* Each moves past the lexeme at the cursor, or refuses it. */

enum cs_err cs_json_scan_string(struct cs_json_cursor *cursor) CS_MUST_USE;

/* `ret_integral`: written without an exponent, and without a fraction other than zeros. */
enum cs_err cs_json_scan_number(struct cs_json_cursor *cursor, bool *ret_integral) CS_MUST_USE;

/* `ret_type` is CS_JSON_NULL or CS_JSON_BOOL. */
enum cs_err cs_json_scan_word(struct cs_json_cursor *cursor,
                              enum cs_json_type *ret_type) CS_MUST_USE;

/* ASCII only, whatever the locale. */
bool cs_json_is_digit(char byte);
bool cs_json_is_letter(char byte);

#endif
