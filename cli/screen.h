/* SPDX-License-Identifier: Apache-2.0 */
/* What standard output can show. */
#ifndef CS_CLI_SCREEN_H
#define CS_CLI_SCREEN_H

#include <stdbool.h>

struct cs_screen {
    unsigned columns; /* 0: as many as are needed */
    bool utf8;
    bool colours;
};

/* A file or a pipe takes any width, UTF-8, and no colours. Of a terminal, the kernel knows the
 * width, the locale its encoding, and TERM (with NO_COLOR, see no-color.org) whether it has
 * colours.
 */
struct cs_screen cs_screen_look(void);

#endif
