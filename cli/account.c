/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"

#include <stdio.h>
#include <string.h>

#include "base/sanitise.h"
#include "login/account.h"

/* Under its rule a name without an account is an error, or has a note. */
static enum cs_err lacks_account(enum cs_cli_account_rule rule, enum cs_err result,
                                 const struct cs_error *why, struct cs_cli_account *account,
                                 struct cs_error *error)
{
    if (rule == CS_CLI_ACCOUNT_REQUIRED)
        return cs_fail(error, result, "%s; --no-account uses the name as it is", why->text);
    (void)snprintf(account->note, sizeof account->note, "warning: %s; the name is used as it is",
                   why->text);
    return CS_OK;
}

enum cs_err cs_cli_account_find(const char *user, enum cs_cli_account_rule rule,
                                struct cs_cli_account *ret_account, struct cs_error *error)
{
    size_t length = strlen(user);
    struct cs_account found;
    struct cs_error why = {0};
    enum cs_err result;

    *ret_account = (struct cs_cli_account){0};
    if (length == 0 || length >= sizeof ret_account->name || !cs_is_clean(user, length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name is empty, longer than %d bytes or not "
                       "clean text",
                       CS_ACCOUNT_NAME_SIZE - 1);
    memcpy(ret_account->name, user, length + 1);
    if (rule == CS_CLI_ACCOUNT_UNASKED)
        return CS_OK;
    result = cs_account_find(user, &found, &why);
    if (result == CS_OK && !found.known)
        result = cs_fail(&why, CS_ERR_NOT_FOUND, "this machine knows no account '%s'", user);
    if (result != CS_OK)
        return lacks_account(rule, result, &why, ret_account, error);
    if (strcmp(found.name, user) != 0)
        (void)snprintf(ret_account->note, sizeof ret_account->note,
                       "the account '%s' is called '%s', and so it is stored", user, found.name);
    memcpy(ret_account->name, found.name, sizeof ret_account->name);
    return CS_OK;
}
