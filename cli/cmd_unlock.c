/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cli/cli.h"
#include "store/throttle.h"

struct unlocking {
    const char *user;
    unsigned reset; /* factors that were ahead of the clock */
};

static enum cs_err unlock(const struct cs_transaction *transaction, void *context,
                          struct cs_error *error)
{
    struct unlocking *unlocking = context;
    enum cs_err result = cs_throttle_forget_user(transaction, unlocking->user, error);

    if (result == CS_OK)
        result = cs_factor_reset_future(transaction, unlocking->user, cs_clock_seconds(),
                                        &unlocking->reset, error);
    return result;
}

int cs_cmd_unlock(struct cs_cli *cli, int argc, char **argv)
{
    struct unlocking unlocking = {.user = cs_one_user(argc, argv)};
    struct cs_error error = {0};

    if (unlocking.user == NULL)
        return CS_EXIT_USAGE;
    if (cs_cli_in_store(cli, unlock, &unlocking, &error) != CS_OK)
        return cs_complain(&error);
    if (unlocking.reset > 0)
        (void)printf("%u factors were ahead of the clock and were set to now\n", unlocking.reset);
    return CS_EXIT_OK;
}
