/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/suspension.h"
#include "cli/verb.h"
#include "store/suspension.h"

static enum cs_err suspend(const struct cs_transaction *transaction, void *context,
                           struct cs_error *error)
{
    struct cs_suspension_change *change = context;
    enum cs_err result =
        cs_suspension_add(transaction, change->user, cs_clock_seconds(), &change->changed, error);

    return result == CS_OK ? cs_suspension_read(transaction, change->user, &change->suspended,
                                                &change->since, error)
                           : result;
}

int cs_cmd_suspend(struct cs_cli *cli, const struct cs_words *words)
{
    struct cs_suspension_change change = {.user = words->operands[0]};
    struct cs_error error = {0};

    if (cs_user_name_check(change.user, &error) != CS_OK)
        return cs_complain(&error);
    return cs_cli_do(cli, suspend, &cs_suspension_report, &change);
}
