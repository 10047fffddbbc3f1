/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal of the person, whatever standard input and output are. */
#ifndef CS_TOUCH_TERMINAL_H
#define CS_TOUCH_TERMINAL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"

/* Writes text and a line end: lines in it stay lines, every other control becomes '?'. */
void cs_touch_write(int fd, const char *text);

/* So on standard error, behind the name of this program. */
void cs_touch_complain(const char *format, ...) CS_PRINTF(1, 2);

/* So on the terminal; false where there is none. */
bool cs_touch_show(const char *text);

/* How wide it is; 80 where nobody knows. */
unsigned cs_touch_columns(void);

/* A descriptor for poll(2), closed as soon as nobody can read the answer any more (ssh was ended);
 * -1 where standard output does not tell. */
int cs_touch_reader(void);

/* Shows `text` and reads one line, without its end. The terminal is as it was before this returns
 * or a signal ends the program. CS_ERR_UNAVAILABLE where there is no terminal, CS_ERR_CANCELLED at
 * its end, or that of the reader. */
enum cs_err cs_touch_ask(const char *text, bool echo, struct cs_secret *ret_line,
                         struct cs_error *error) CS_MUST_USE;

#endif
