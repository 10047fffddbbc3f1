/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"
#include "store/owner.h"

static enum cs_err replace(const struct cs_transaction *transaction, void *context,
                           struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_enrolment *enrolment = context;
    const char *user = enrolment->factor.user;
    enum cs_err result = cs_factor_list(transaction, user, CS_STORED_ANY, &factors, error);

    if (result == CS_OK && factors.count == 0)
        result = cs_fail(error, CS_ERR_NOT_FOUND,
                         "%s has no factor; start with 'countersign enroll totp %s' or "
                         "'countersign enroll u2f %s'",
                         user, user, user);
    if (result == CS_OK)
        result = cs_owner_claim(transaction, user, &enrolment->factor.account, error);
    return result == CS_OK ? cs_enrolment_recovery(transaction, enrolment, error) : result;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    (void)error;
    cs_print_codes(context);
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct cs_enrolment *enrolment = context;

    (void)error;
    cs_json_write_string(writer, "user", enrolment->factor.user);
    cs_write_codes(writer, enrolment);
    return CS_OK;
}

int cs_cmd_recovery(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    const char *user = words->operands[0];
    struct cs_error error = {0};

    if (cs_will_show(cli, &error,
                     "the recovery codes of %s were replaced, but the new ones were not shown: run "
                     "'countersign recovery %s' again",
                     user, user) != CS_OK)
        return cs_complain(&error);
    memcpy(enrolment.factor.user, user, strlen(user) + 1);
    enrolment.factor.account = cli->account.uid;
    return cs_cli_do(cli, replace, &report, &enrolment);
}
