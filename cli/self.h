/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of `countersign self` share. */
#ifndef CS_CLI_SELF_H
#define CS_CLI_SELF_H

#include <stdbool.h>

#include "cli/cli.h"
#include "wire/messages.h"

/* Has the broker do it, on this terminal. `detail` may be NULL; `light`: the terminal's ink is
 * lighter than its ground. Returns an exit status. */
int cs_self_run(const struct cs_cli *cli, enum cs_self_act act, const char *detail, bool light);

#endif
