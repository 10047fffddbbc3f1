/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/verb.h"
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

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct unlocking *unlocking = context;

    (void)error;
    if (unlocking->reset > 0)
        (void)printf("%u factors were ahead of the clock and were set to now\n", unlocking->reset);
    return CS_OK;
}

static int run(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say};

    return cs_cli_do(cli, unlock, &report, &(struct unlocking){.user = words->operands[0]});
}

const struct cs_verb cs_verb_unlock = {
    .name = "unlock",
    .summary = "Forget a user's failed tries.",
    .forms = {"USER"},
    .operands = {1, 1},
    .flags = CS_VERB_STORE | CS_VERB_USER,
    .run = run,
};
