/* SPDX-License-Identifier: Apache-2.0 */
#include "login/service_accounts.h"

#include <string.h>

#include "base/sanitise.h"

static const char option[] = "allow_service_accounts";

static enum cs_err add(struct cs_strlist *names, const char *name, size_t length,
                       struct cs_error *error)
{
    if (length == 0 || length > CS_USER_NAME_MAX || memchr(name, ' ', length) != NULL ||
        !cs_is_clean(name, length))
        return cs_fail(error, CS_ERR_CONFIG,
                       "names of accounts expected, with a comma between them and no "
                       "blanks");
    if (length == strlen("root") && strncmp(name, "root", length) == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "root is no service account: it may ask for every account "
                       "anyway; leave it out");
    if (names->count == CS_SERVICE_ACCOUNTS_MAX)
        return cs_fail(error, CS_ERR_CONFIG, "at most %d accounts", CS_SERVICE_ACCOUNTS_MAX);
    return cs_strlist_add(names, name, length) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_service_accounts_read(const char *list, struct cs_strlist *ret_names,
                                     struct cs_error *error)
{
    for (;;) {
        size_t length = strcspn(list, ",");
        enum cs_err result = add(ret_names, list, length, error);

        if (result != CS_OK || list[length] == '\0')
            return result;
        list += length + 1;
    }
}

enum cs_err cs_service_account_find(const char *name, struct cs_account *ret_account,
                                    struct cs_error *error)
{
    switch (cs_names_local_account(name, ret_account, error)) {
    case CS_NAMED_UNRESOLVED:
        return CS_ERR_UNRESOLVED;
    case CS_NAMED_ABSENT:
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "%s: there is no account '%s' in /etc/passwd, so it is not served", option,
                       name);
    case CS_NAMED_FOUND:
        break;
    }
    if (ret_account->uid == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: the uid of '%s' is 0; root is no service account, leave it out", option,
                       name);
    return CS_OK;
}

bool cs_service_accounts_have(const struct cs_service_accounts *accounts, uid_t uid)
{
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->uids[i] == uid)
            return true;
    }
    return false;
}

void cs_service_account_restrict(struct cs_options *options)
{
    options->exempt_group = NULL;
    options->two_factor_group = NULL;
    options->method.accept_on_missing_auth_method = false;
    options->enrol_by = NULL;
    options->method.self_enrol = CS_SELF_ENROL_NO;
    options->autopush = false;
    options->user_env = NULL;
}
