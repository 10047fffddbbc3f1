/* SPDX-License-Identifier: Apache-2.0 */
/* `list` without a user. */
#ifndef CS_CLI_LIST_ALL_H
#define CS_CLI_LIST_ALL_H

#include "cli/cli.h"

/* Prints a line for each user of the store; returns an exit status. */
int cs_list_all(const struct cs_cli *cli);

#endif
