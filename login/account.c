/* SPDX-License-Identifier: Apache-2.0 */
#include "login/account.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strlist.h"

enum { ENTRY_BYTES_MIN = 1024, ENTRY_BYTES_MAX = 1024 * 1024 };

/* getpwnam_r with a buffer that grows: directory services return long entries. */
static enum cs_err look_up(const char *user, struct cs_account *account, struct cs_error *error)
{
    for (size_t size = ENTRY_BYTES_MIN; size <= ENTRY_BYTES_MAX; size *= 4) {
        CS_AUTO(cs_string_free) char *buffer = malloc(size);
        struct passwd entry, *found = NULL;
        int failed;

        if (buffer == NULL)
            return cs_fail_nomem(error);
        failed = getpwnam_r(user, &entry, buffer, size, &found);
        if (failed == ERANGE)
            continue;
        if (found == NULL && (failed == 0 || failed == ENOENT || failed == ESRCH))
            return CS_OK;
        errno = failed;
        if (found == NULL)
            return cs_fail_errno(error, "the account cannot be looked up");
        if (strlen(entry.pw_name) >= sizeof account->name)
            return cs_fail(error, CS_ERR_LIMIT, "the account's name is too long");
        memcpy(account->name, entry.pw_name, strlen(entry.pw_name) + 1);
        if (entry.pw_gecos != NULL && strlen(entry.pw_gecos) < sizeof account->gecos)
            memcpy(account->gecos, entry.pw_gecos, strlen(entry.pw_gecos) + 1);
        account->uid = entry.pw_uid;
        account->gid = entry.pw_gid;
        account->known = true;
        return CS_OK;
    }
    return cs_fail(error, CS_ERR_LIMIT, "the account's entry is too large");
}

enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error)
{
    *ret_account = (struct cs_account){.uid = (uid_t)-1, .gid = (gid_t)-1};
    return look_up(user, ret_account, error);
}

/* Where the user may change the GECOS text with chfn. True as well when it cannot be told. */
static bool is_local(const char *name)
{
    FILE *file = fopen("/etc/passwd", "re");
    char line[ENTRY_BYTES_MIN * 4];
    struct passwd entry, *found = NULL;
    bool local = file == NULL;
    int failed = 0;

    while (!local && (failed = fgetpwent_r(file, &entry, line, sizeof line, &found)) == 0)
        local = strcmp(found->pw_name, name) == 0;
    local = local || failed != ENOENT; /* a line too long, or an error */
    if (file != NULL)
        (void)fclose(file);
    return local;
}

static bool uses_gecos(const struct cs_mapping *mapping)
{
    return mapping->gecos_field != 0 || mapping->gecos_match != NULL ||
           mapping->gecos_replace != NULL;
}

enum cs_err cs_account_identity(const struct cs_account *account, const struct cs_mapping *mapping,
                                char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                                struct cs_error *error)
{
    const struct cs_map_account from = {.name = account->name,
                                        .gecos = account->gecos,
                                        .local_files =
                                            uses_gecos(mapping) && is_local(account->name)};

    return cs_map_identity(mapping, &from, ret_identity, ret_trace, error);
}
