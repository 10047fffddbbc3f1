/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line or ssh asks for. */
#ifndef CS_TOUCH_ARGUMENTS_H
#define CS_TOUCH_ARGUMENTS_H

#include <stdbool.h>

#include "touch/prompt.h"

enum cs_touch_wish {
    CS_TOUCH_ANSWER,
    CS_TOUCH_PUTTY,
    CS_TOUCH_HELP,
    CS_TOUCH_VERSION,
    CS_TOUCH_USAGE
};

struct cs_touch_arguments {
    enum cs_touch_wish wish;
    char host[CS_TOUCH_HOST_MAX + 1]; /* from --host, in lower case; "": none */
    unsigned seconds;
    bool enrol;
    const char *prompt; /* from ssh, or a request; NULL: read from standard input. Borrowed */
};

/* If an argument is wrong, says so on standard error and sets the wish to CS_TOUCH_USAGE. */
void cs_touch_read_arguments(int argc, char **argv, struct cs_touch_arguments *ret_arguments);

#endif
