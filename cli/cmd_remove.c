/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/verb.h"

struct removal {
    const char *user;
    int64_t id;
    unsigned codes; /* that went with it */
};

/* The recovery codes go with the last factor: without a factor there is nothing to recover. */
static enum cs_err remove_factor(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors left = {0};
    struct removal *removal = context;
    enum cs_err result = cs_factor_remove(transaction, removal->user, removal->id, error);

    if (result == CS_OK)
        result = cs_factor_list(transaction, removal->user, CS_STORED_ANY, &left, error);
    if (result != CS_OK || left.count > 0)
        return result;
    result = cs_recovery_count(transaction, removal->user, &removal->codes, error);
    if (result == CS_OK)
        result = cs_recovery_replace(transaction, removal->user, NULL, 0, error);
    return result;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct removal *removal = context;

    (void)error;
    if (removal->codes > 0)
        (void)printf(
            "That was the last factor of %s; the recovery codes went with it, %u of them.\n",
            removal->user, removal->codes);
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct removal *removal = context;

    (void)error;
    cs_json_write_string(writer, "user", removal->user);
    cs_json_write_integer(writer, "removed", removal->id);
    cs_json_write_integer(writer, "recovery_codes_removed", removal->codes);
    return CS_OK;
}

int cs_cmd_remove(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write};
    struct removal removal = {.user = words->operands[0]};
    const char *id = words->operands[1];
    char *end = NULL;

    errno = 0;
    removal.id = strtoll(id, &end, 10);
    if (end == id || *end != '\0' || errno == ERANGE)
        return cs_usage_error("'%s' is not the ID of a factor; see 'countersign list'", id);
    cs_cli_act_detail(cli->act, id);
    return cs_cli_do(cli, remove_factor, &report, &removal);
}
