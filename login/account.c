/* SPDX-License-Identifier: Apache-2.0 */
#include "login/account.h"

#include "base/clock.h"
#include "login/directory.h"

enum { FIND_MS = 5000 };

enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error)
{
    const struct cs_patience patience = {cs_clock_ms() + FIND_MS, -1};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();
    CS_AUTO(cs_search_release) struct cs_search *search = NULL;
    enum cs_err result;

    *ret_account = (struct cs_account){.uid = (uid_t)-1, .gid = (gid_t)-1};
    if (directory == NULL)
        return cs_fail_nomem(error);
    result = cs_directory_search(directory, user, &search, error);
    if (result == CS_OK)
        result = cs_search_wait(search, &patience, ret_account, error);
    return result == CS_ERR_TIMEOUT ? CS_ERR_UNRESOLVED : result;
}

enum cs_err cs_account_identity(const struct cs_account *account, const struct cs_mapping *mapping,
                                char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                                struct cs_error *error)
{
    const struct cs_map_account from = {.name = account->name,
                                        .gecos = account->gecos,
                                        .local_files = account->local || account->local_uid};

    return cs_map_identity(mapping, &from, ret_identity, ret_trace, error);
}
