/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/self.h"
#include "cli/verb.h"

int cs_cmd_self_recovery(struct cs_cli *cli, const struct cs_words *words)
{
    (void)words;
    return cs_self_run(cli, CS_SELF_RECOVERY, NULL, false);
}
