/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_service_accounts.h"

#include <sys/stat.h>

#include "login/service_accounts.h"

/* Connecting takes the right to write. */
static bool may_connect(const struct cs_account *account, const struct stat *status)
{
    CS_AUTO(cs_gids_free) struct cs_gids gids = {0};

    if ((status->st_mode & S_IWOTH) != 0)
        return true;
    if ((status->st_mode & S_IWGRP) == 0)
        return false;
    return account->gid == status->st_gid ||
           (cs_names_local_gids(account->name, &gids, NULL) == CS_NAMED_FOUND &&
            cs_gids_have(&gids, status->st_gid));
}

enum cs_err cs_check_service_accounts(const struct cs_options *options, const char *socket,
                                      struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};
    enum cs_err result = cs_service_accounts_read(options->service_accounts, &names, error);
    struct stat status;
    bool there = stat(socket, &status) == 0;

    for (size_t i = 0; i < names.count && result == CS_OK; i++) {
        struct cs_account account;

        result = cs_service_account_find(names.items[i], &account, error);
        if (result == CS_OK && there && !may_connect(&account, &status))
            result = cs_fail(error, CS_ERR_UNAVAILABLE,
                             "%s: its mode keeps '%s' out; restart the broker, and under systemd "
                             "set SocketMode=0660 and the account's group as SocketGroup, or "
                             "SocketMode=0666, for countersignd.socket",
                             socket, account.name);
    }
    return result;
}
