/* SPDX-License-Identifier: Apache-2.0 */
/* What a user has goes with the user to another name. */
#include <string.h>

#include "base/sanitise.h"
#include "base/user_name.h"
#include "cli/cli.h"
#include "cli/user_things.h"
#include "cli/verb.h"
#include "store/owner.h"

struct renaming {
    const char *from, *to;
    struct cs_uid account; /* that has the new name; not known if there is none yet */
    struct cs_user_tally moved;
    bool same;
};

static enum cs_err rename_user(const struct cs_transaction *transaction, void *context,
                               struct cs_error *error)
{
    struct renaming *renaming = context;
    enum cs_err result =
        cs_user_rename(transaction, renaming->from, renaming->to, &renaming->moved, error);

    return result == CS_OK && renaming->account.known
               ? cs_owner_set(transaction, renaming->to, renaming->account.value, error)
               : result;
}

/* The same name: the account has got another uid. */
static enum cs_err renumber(const struct cs_transaction *transaction, void *context,
                            struct cs_error *error)
{
    struct renaming *renaming = context;
    enum cs_err result = cs_user_count(transaction, renaming->to, &renaming->moved, error);

    if (result == CS_OK && !cs_user_tally_has(&renaming->moved, CS_USER_GIVEN))
        result = cs_fail(error, CS_ERR_NOT_FOUND, "%s has nothing here", renaming->to);
    return result == CS_OK ? cs_owner_set(transaction, renaming->to, renaming->account.value, error)
                           : result;
}

/* The recovery codes did not move. */
static struct cs_user_tally moved(const struct renaming *renaming, unsigned *ret_codes)
{
    struct cs_user_tally tally = renaming->moved;

    *ret_codes = renaming->same ? 0 : tally.counts[CS_USER_RECOVERY];
    tally.counts[CS_USER_RECOVERY] = 0;
    return tally;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct renaming *renaming = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer from = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer to = {0};
    unsigned codes;
    const struct cs_user_tally tally = moved(renaming, &codes);

    cs_sanitise(&from, renaming->from, strlen(renaming->from));
    cs_sanitise(&to, renaming->to, strlen(renaming->to));
    if (from.failed || to.failed)
        return cs_fail_nomem(error);
    if (renaming->same) {
        (void)printf("What is stored for %s is now that of the account with the uid %u.\n", to.text,
                     (unsigned)renaming->account.value);
        return CS_OK;
    }
    (void)printf("What was %s's is now %s's:\n", from.text, to.text);
    cs_say_things(&tally);
    if (codes > 0)
        (void)printf("The recovery codes, %u of them, are no longer accepted: they were made for "
                     "the old name. 'countersign recovery %s' makes new ones.\n",
                     codes, to.text);
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct renaming *renaming = context;
    unsigned codes;
    const struct cs_user_tally tally = moved(renaming, &codes);

    (void)error;
    cs_json_write_string(writer, "user", renaming->to);
    cs_json_write_string(writer, "was", renaming->from);
    if (renaming->account.known)
        cs_json_write_integer(writer, "uid", renaming->account.value);
    else
        cs_json_write_null(writer, "uid");
    cs_write_things(writer, "moved", &tally);
    cs_json_write_integer(writer, "recovery_codes_removed", codes);
    return CS_OK;
}

int cs_cmd_rename(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write};
    struct renaming renaming = {.from = words->operands[0]};
    struct cs_cli_account account;
    struct cs_error error = {0};
    enum cs_err result = cs_user_name_check(words->operands[1], &error);

    if (result == CS_OK)
        result = cs_cli_account_find(
            words->operands[1], cli->no_account ? CS_CLI_ACCOUNT_UNASKED : CS_CLI_ACCOUNT_OPTIONAL,
            &account, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    cs_remark(account.note);
    renaming.to = account.name;
    renaming.account = account.uid;
    if (account.known || !cs_user_name_holds_secret(account.name))
        result = cs_cli_act_user(cli->act, account.name, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    renaming.same = account.uid.known && strcmp(renaming.from, renaming.to) == 0;
    return cs_cli_do(cli, renaming.same ? renumber : rename_user, &report, &renaming);
}
