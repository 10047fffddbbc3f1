/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"

#include <stdio.h>
#include <string.h>

#include "login/account.h"

/* What the rule makes of a name without an account: an error, or a note. */
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

static enum cs_err look_up(const char *user, enum cs_cli_account_rule rule,
                           struct cs_cli_account *account, struct cs_error *error)
{
    struct cs_account found;
    struct cs_error why = {0};
    enum cs_err result = cs_account_find(user, &found, &why);

    if (result == CS_OK && !found.known)
        result = cs_user_name_holds_secret(user)
                     ? cs_fail(&why, CS_ERR_NOT_FOUND,
                               "this machine knows no account of that name, which looks like a "
                               "secret: user and secret are two words")
                     : cs_fail(&why, CS_ERR_NOT_FOUND, "this machine knows no account '%s'", user);
    if (result != CS_OK)
        return lacks_account(rule, result, &why, account, error);
    if (strcmp(found.name, user) != 0)
        (void)snprintf(account->note, sizeof account->note,
                       "the account '%s' is called '%s', and is stored under that name", user,
                       found.name);
    memcpy(account->name, found.name, sizeof account->name);
    account->known = true;
    account->uid = (struct cs_uid){.known = true, .value = found.uid};
    return CS_OK;
}

enum cs_err cs_cli_accounts_find(const struct cs_cli_accounts *accounts, const char *user,
                                 struct cs_cli_account *ret_account, struct cs_error *error)
{
    size_t length = strlen(user);
    struct cs_error why = {0};
    enum cs_err result = cs_user_name_check(user, &why);

    *ret_account = (struct cs_cli_account){0};
    if (result != CS_OK &&
        (accounts->rule == CS_CLI_ACCOUNT_REQUIRED || length == 0 || length > CS_USER_NAME_MAX))
        return cs_fail(error, result, "%s", why.text);
    memcpy(ret_account->name, user, length + 1);
    ret_account->uid = cs_names_listed_uid(&accounts->local, user);
    ret_account->known = ret_account->uid.known;
    if (result != CS_OK || accounts->rule == CS_CLI_ACCOUNT_UNASKED || ret_account->known)
        return CS_OK;
    return look_up(user, accounts->rule, ret_account, error);
}

enum cs_err cs_cli_account_find(const char *user, enum cs_cli_account_rule rule,
                                struct cs_cli_account *ret_account, struct cs_error *error)
{
    const struct cs_cli_accounts none_read = {.rule = rule};

    return cs_cli_accounts_find(&none_read, user, ret_account, error);
}

enum cs_err cs_cli_accounts_open(enum cs_cli_account_rule rule,
                                 struct cs_cli_accounts *ret_accounts, struct cs_error *error)
{
    *ret_accounts = (struct cs_cli_accounts){.rule = rule};
    if (rule == CS_CLI_ACCOUNT_UNASKED ||
        cs_names_local_accounts(&ret_accounts->local, error) == CS_NAMED_FOUND)
        return CS_OK;
    return CS_ERR_UNRESOLVED;
}

void cs_cli_accounts_clear(struct cs_cli_accounts *accounts)
{
    cs_strlist_free(&accounts->local);
}
