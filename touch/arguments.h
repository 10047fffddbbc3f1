/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line and ssh ask for. */
#ifndef CS_TOUCH_ARGUMENTS_H
#define CS_TOUCH_ARGUMENTS_H

#include <stdbool.h>

#include "touch/prompt.h"

enum cs_touch_wish { CS_TOUCH_ANSWER, CS_TOUCH_HELP, CS_TOUCH_VERSION, CS_TOUCH_USAGE };

struct cs_touch_arguments {
    enum cs_touch_wish wish;
    char host[CS_TOUCH_HOST_MAX + 1]; /* of --host, in lower case; "": none */
    unsigned seconds;
    bool enrol;
    const char *prompt; /* of ssh, or a request; NULL: by hand. Borrowed */
};

/* The wish is CS_TOUCH_USAGE after standard error was told what is wrong. */
void cs_touch_read_arguments(int argc, char **argv, struct cs_touch_arguments *ret_arguments);

#endif
