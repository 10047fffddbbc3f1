/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, numbers and words: what has no parts. Only for json/. */
#ifndef CS_JSON_LEXEME_H
#define CS_JSON_LEXEME_H

#include "json/cursor.h"

/* Each goes past one lexeme that starts at the cursor, or refuses it. */

enum cs_err cs_json_scan_string(struct cs_json_cursor *cursor) CS_MUST_USE;

/* `ret_integral`: written without an exponent and with no fraction but zeros. */
enum cs_err cs_json_scan_number(struct cs_json_cursor *cursor, bool *ret_integral) CS_MUST_USE;

/* `ret_type` is CS_JSON_NULL or CS_JSON_BOOL. */
enum cs_err cs_json_scan_word(struct cs_json_cursor *cursor,
                              enum cs_json_type *ret_type) CS_MUST_USE;

/* ASCII alone, whatever the locale says. */
bool cs_json_is_digit(char byte);
bool cs_json_is_letter(char byte);

#endif
