/* SPDX-License-Identifier: Apache-2.0 */
#include "base/privilege.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/names.h"
#include "base/undumpable.h"
#include "paths.h"

enum cs_err cs_run_user(uid_t *ret_uid, gid_t *ret_gid, struct cs_error *error)
{
    struct cs_account account;
    enum cs_named named = cs_names_any_account(CS_RUN_USER, &account, error);

    if (named == CS_NAMED_UNRESOLVED)
        return CS_ERR_UNRESOLVED;
    if (named == CS_NAMED_ABSENT)
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "there is no account '" CS_RUN_USER "'; run systemd-sysusers");
    if (account.uid == 0)
        return cs_fail(error, CS_ERR_TRUST, "the account '" CS_RUN_USER "' must not be uid 0");
    *ret_uid = account.uid;
    *ret_gid = account.gid;
    return CS_OK;
}

static enum cs_err change_ids(uid_t uid, gid_t gid, struct cs_error *error)
{
    uid_t ids[3];
    gid_t groups[3];

    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return cs_fail_errno(error, "cannot become '" CS_RUN_USER "'");
    if (getresuid(&ids[0], &ids[1], &ids[2]) != 0 ||
        getresgid(&groups[0], &groups[1], &groups[2]) != 0)
        return cs_fail_errno(error, "cannot read the user ids");
    for (int i = 0; i < 3; i++) {
        if (ids[i] != uid || groups[i] != gid)
            return cs_fail(error, CS_ERR_SYSTEM, "becoming '" CS_RUN_USER "' did not take effect");
    }
    if (setuid(0) == 0)
        return cs_fail(error, CS_ERR_SYSTEM, "root can still be regained after giving it up");
    return CS_OK;
}

enum cs_err cs_become_run_user(struct cs_error *error)
{
    uid_t uid;
    gid_t gid;
    enum cs_err result;

    result = cs_run_user(&uid, &gid, error);
    if (result != CS_OK)
        return result;
    if (geteuid() == 0) {
        result = change_ids(uid, gid, error);
        if (result != CS_OK)
            return result;
    }
    if (geteuid() != uid || getuid() != uid)
        return cs_fail(error, CS_ERR_TRUST, "must be started by root or '" CS_RUN_USER "'");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return cs_fail_errno(error, "cannot restrict the process");
    return cs_make_undumpable(error);
}
