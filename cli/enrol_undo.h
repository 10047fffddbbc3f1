/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CS_CLI_ENROL_UNDO_H
#define CS_CLI_ENROL_UNDO_H

#include <stdbool.h>

struct cs_cli;

/* Removes what the last batch or import added, in one transaction. Factors that somebody has logged
 * in with since are named and kept, unless `force`: whoever has one would be locked out. Returns an
 * exit status: a failure if something was kept. */
int cs_enrol_undo(struct cs_cli *cli, bool force);

#endif
