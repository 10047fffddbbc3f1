#include "base/clock.h"
#include "cli/cli.h"
#include "store/throttle.h"

static enum cs_err unlock(const struct cs_transaction *transaction, const char *user,
                          unsigned *ret_reset, struct cs_error *error)
{
    enum cs_err result = cs_throttle_forget_user(transaction, user, error);

    if (result == CS_OK)
        result = cs_factor_reset_future(transaction, user, cs_clock_seconds(), ret_reset, error);
    return result;
}

int cs_cmd_unlock(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    const char *user = cs_one_user(argc, argv);
    struct cs_error error = {0};
    unsigned reset = 0;
    enum cs_err result;

    if (user == NULL)
        return CS_EXIT_USAGE;
    result = cs_cli_begin(cli, &store, &transaction, &error);
    if (result == CS_OK)
        result = unlock(&transaction, user, &reset, &error);
    if (result == CS_OK)
        result = cs_store_commit(&transaction, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    if (reset > 0)
        (void)printf("%u factors were ahead of the clock and were set to now\n", reset);
    return CS_EXIT_OK;
}
