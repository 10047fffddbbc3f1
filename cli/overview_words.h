/* SPDX-License-Identifier: Apache-2.0 */
/* What verbs about all users say in common. */
#ifndef CS_CLI_OVERVIEW_WORDS_H
#define CS_CLI_OVERVIEW_WORDS_H

#include "cli/overview.h"

/* A note in a table, for people. */
const char *cs_overview_says(enum cs_overview_note note);

/* Complains if accounts could not be looked up: nobody may take them for orphans. Returns an exit
 * status. */
int cs_overview_end(const struct cs_overview *overview);

#endif
