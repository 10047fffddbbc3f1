/* The terminal of the person, whatever standard input and output are. */
#ifndef CS_TOUCH_TERMINAL_H
#define CS_TOUCH_TERMINAL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"

/* Writes text and a line end: lines in it stay lines, every other control becomes '?'. */
void cs_touch_write(int fd, const char *text);

/* So on the terminal; false where there is none. */
bool cs_touch_show(const char *text);

/* Shows `text` and reads one line, without its end. The terminal is as it was before this returns
 * or a signal ends the program. CS_ERR_UNAVAILABLE where there is no terminal, CS_ERR_CANCELLED at
 * its end. */
enum cs_err cs_touch_ask(const char *text, bool echo, struct cs_secret *ret_line,
                         struct cs_error *error) CS_MUST_USE;

#endif
