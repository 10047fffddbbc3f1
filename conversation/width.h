/* SPDX-License-Identifier: Apache-2.0 */
/* How many columns of a terminal a text takes. libc's wcwidth follows the process's locale. */
#ifndef CS_CONVERSATION_WIDTH_H
#define CS_CONVERSATION_WIDTH_H

#include <stddef.h>

/* Columns of one code point: 2 for East Asian wide and fullwidth ones (UAX #11), 0 for combining
 * marks and isolates, else 1. */
unsigned cs_code_columns(unsigned long code);

/* Columns of the widest line of `length` bytes of UTF-8; an invalid byte takes one. */
size_t cs_text_columns(const char *text, size_t length);

#endif
