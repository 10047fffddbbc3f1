/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"

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
    return result == CS_OK ? cs_enrolment_recovery(transaction, enrolment, error) : result;
}

int cs_cmd_recovery(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    const char *user = cs_one_user(argc, argv);
    struct cs_json_writer *writer;
    struct cs_error error = {0};

    if (user == NULL)
        return CS_EXIT_USAGE;
    if (strlen(user) > CS_STORE_USER_MAX)
        return cs_usage_error("the user name is longer than %d bytes", CS_STORE_USER_MAX);
    memcpy(enrolment.factor.user, user, strlen(user) + 1);
    if (cs_will_show(cli, &error,
                     "the recovery codes of %s were replaced, and the new ones not shown: run "
                     "'countersign recovery %s' again",
                     user, user) != CS_OK ||
        cs_cli_in_store(cli, replace, &enrolment, &error) != CS_OK)
        return cs_complain(&error);
    if (!cli->json) {
        cs_print_codes(&enrolment);
        return CS_EXIT_OK;
    }
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", user);
    cs_write_codes(writer, &enrolment);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}
