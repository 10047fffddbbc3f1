/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` says of users whose account is gone. */
#ifndef CS_CLI_CHECK_ORPHANS_H
#define CS_CLI_CHECK_ORPHANS_H

#include "cli/check_sink.h"
#include "cli/cli.h"

/* Notes how many users of the store have no account, with the first few names. Asks the name
 * services about a hundred names at most: `report` has time for all. */
void cs_check_orphans(const struct cs_cli *cli, const struct cs_check_sink *sink);

#endif
