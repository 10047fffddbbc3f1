/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/suspension.h"
#include "cli/verb.h"
#include "store/suspension.h"

static enum cs_err resume(const struct cs_transaction *transaction, void *context,
                          struct cs_error *error)
{
    struct cs_suspension_change *change = context;

    return cs_suspension_remove(transaction, change->user, &change->changed, error);
}

int cs_cmd_resume(struct cs_cli *cli, const struct cs_words *words)
{
    return cs_cli_do(cli, resume, &cs_suspension_report,
                     &(struct cs_suspension_change){.user = words->operands[0]});
}
