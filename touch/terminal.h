/* SPDX-License-Identifier: Apache-2.0 */
/* The person's terminal, whatever standard input and output are. */
#ifndef CS_TOUCH_TERMINAL_H
#define CS_TOUCH_TERMINAL_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/secret.h"

/* Appends `text` with each of its newlines as `newline`; every other control character becomes
 * '?'. */
void cs_touch_clean(const char *text, const char *newline, struct cs_buffer *out);

/* Writes `text` and a newline. Newlines in `text` stay; every other control character becomes
 * '?'. */
void cs_touch_write(int fd, const char *text);

/* Writes a message in the same way to standard error, after this program's name. */
void cs_touch_complain(const char *format, ...) CS_PRINTF(1, 2);

bool cs_touch_has_terminal(void);

/* Writes `text` in the same way to the terminal; false if there is none. */
bool cs_touch_show(const char *text);

/* The terminal's width in columns; 80 if unknown. */
unsigned cs_touch_columns(void);

/* A descriptor for poll(2), which reports an error as soon as nobody can read the answer any more
 * (ssh has ended); -1 if standard output cannot tell. */
int cs_touch_reader(void);

/* Shows `text` and reads one line, without its newline. Restores the terminal before it returns or
 * a signal ends the program. CS_ERR_UNAVAILABLE if there is no terminal, CS_ERR_CANCELLED at the
 * end of its input or if the reader is gone. */
enum cs_err cs_touch_ask(const char *text, bool echo, struct cs_secret *ret_line,
                         struct cs_error *error) CS_MUST_USE;

#endif
