/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/user_things.h"
#include "cli/verb.h"

struct forgetting {
    const char *user;
    struct cs_user_tally removed;
};

static enum cs_err forget(const struct cs_transaction *transaction, void *context,
                          struct cs_error *error)
{
    struct forgetting *forgetting = context;

    return cs_user_forget(transaction, forgetting->user, &forgetting->removed, error);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct forgetting *forgetting = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer user = {0};

    cs_sanitise(&user, forgetting->user, strlen(forgetting->user));
    if (user.failed)
        return cs_fail_nomem(error);
    if (!cs_user_tally_has(&forgetting->removed, CS_USER_THINGS)) {
        (void)printf("There was nothing of %s.\n", user.text);
        return CS_OK;
    }
    (void)printf("Removed of %s:\n", user.text);
    cs_say_things(&forgetting->removed);
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct forgetting *forgetting = context;

    (void)error;
    cs_json_write_string(writer, "user", forgetting->user);
    cs_write_things(writer, "removed", &forgetting->removed);
    return CS_OK;
}

int cs_cmd_forget(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write};
    struct forgetting forgetting = {.user = words->operands[0]};

    return cs_cli_do(cli, forget, &report, &forgetting);
}
