/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as a first factor proven before the login. */
#include <string.h>

#include "login/login_priv.h"

bool cs_login_has_key(const struct cs_login *login)
{
    const char *info = login->request->ssh_auth_info;

    while (info != NULL && *info != '\0') {
        const char *newline = strchr(info, '\n');

        if (strncmp(info, "publickey ", 10) == 0)
            return true;
        info = newline ? newline + 1 : NULL;
    }
    return false;
}

static bool administrator_vouches(const struct cs_login *login)
{
    return login->options.stack_first_factor && login->peer.uid == 0;
}

/* A key, or the administrator's word. For root over sshd, and for an account not yet looked up, a
 * key counts only after an answer that is not junk: with sshd's default, `PermitRootLogin
 * prohibit-password`, root gets this far and is refused all the same. */
bool cs_login_first_factor(const struct cs_login *login, bool answered)
{
    return administrator_vouches(login) ||
           (cs_login_has_key(login) && (login->account.uid != 0 || answered));
}

bool cs_login_first_factor_claimed(const struct cs_login *login)
{
    return administrator_vouches(login) || cs_login_has_key(login);
}
