/* SPDX-License-Identifier: Apache-2.0 */
#include "login/offline.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "login/login_priv.h"

static bool is_listed(const struct cs_login *login)
{
    const char *list = login->options.offline_users, *name = login->account.name;
    size_t length = strlen(name);

    while (list != NULL && length > 0 && login->account.known) {
        size_t size = strcspn(list, ",");
        const char *next = list[size] == ',' ? list + size + 1 : NULL;

        while (size > 0 && list[0] == ' ') {
            list++;
            size--;
        }
        while (size > 0 && list[size - 1] == ' ')
            size--;
        if (size == length && strncmp(list, name, size) == 0)
            return true;
        list = next;
    }
    return false;
}

bool cs_login_may_go_offline(const struct cs_login *login)
{
    return !cs_plan_has_first(login->plan) && !login->refused && is_listed(login);
}

enum cs_verdict cs_login_run_offline(struct cs_login *login, struct cs_channel *channel)
{
    struct cs_provider *provider = NULL;
    struct cs_error error = {0};
    enum cs_verdict verdict;

    cs_log(&login->log, LOG_WARNING,
           "offline_users: provider '%s' cannot be reached, so '%s' is asked for a factor of this "
           "machine",
           login->options.provider, login->account.name);
    login->options.provider = "local";
    login->options.method.ask_identity = false;
    /* Nobody gets in without a factor only because the server is away. */
    login->options.method.accept_on_missing_auth_method = false;
    login->options.method.enrol_by = false;
    login->options.method.self_enrol = CS_SELF_ENROL_NO;
    login->claimed[0] = '\0';
    (void)snprintf(login->identity, sizeof login->identity, "%s", login->account.name);
    cs_login_compare_uid(login);
    login->plan = cs_plan_find("totp");
    if (cs_engine_provider(login->engine, &login->options, &provider, &error) != CS_OK) {
        cs_log(&login->log, LOG_ERR, "offline_users: %s", error.text);
        return CS_VERDICT_UNREACHABLE;
    }
    verdict = cs_login_run_plan(login, channel, provider, true);
    cs_engine_release(login->engine, &provider);
    if (verdict == CS_VERDICT_ALLOW)
        login->reason = CS_REASON_OFFLINE_USERS;
    return verdict;
}
