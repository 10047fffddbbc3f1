/* SPDX-License-Identifier: Apache-2.0 */
/* Who a login is for. */
#include <syslog.h>

#include "login/login_priv.h"

/* No identity is no failure of the login's machinery: it is refused like an unknown user. */
static void map_identity(struct cs_login *login)
{
    struct cs_error error = {0};

    if (cs_account_identity(&login->account, &login->options.mapping, login->identity, NULL,
                            &error) == CS_OK)
        return;
    cs_log(&login->log, error.code == CS_ERR_INPUT ? LOG_WARNING : LOG_ERR,
           "'%s' has no identity: %s", login->account.name, error.text);
    login->identity[0] = '\0';
}

enum cs_err cs_login_identify(struct cs_login *login, struct cs_error *error)
{
    enum cs_err result;

    if (login->looked_up)
        return CS_OK;
    result = cs_account_find(login->request->user, &login->account, error);
    if (result != CS_OK)
        return result;
    login->looked_up = true;
    if (login->account.known)
        map_identity(login);
    cs_log(&login->log, LOG_DEBUG, "identity '%s'", login->identity);
    return CS_OK;
}

void cs_login_look_ahead(void *login)
{
    /* A failure shows when the account is needed. */
    cs_ignore(cs_login_identify(login, NULL));
}
