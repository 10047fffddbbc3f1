/* SPDX-License-Identifier: Apache-2.0 */
/* `countersign self`: a login by the account of the peer's uid, and after it what users may do
 * about their own factors (methods/self_service.h). */
#include <string.h>
#include <syslog.h>

#include "conversation/tell.h"
#include "login/login_priv.h"
#include "login/policy.h"
#include "login/self_places.h"

/* ---- whom it is for ---- */

/* Why the settings do not allow it; NULL: they do. */
static const char *find_obstacle(const struct cs_login *login)
{
    if (strcmp(login->options.provider, "local") != 0)
        return "its provider is not 'local'";
    return cs_plan_has_second(login->plan) ? NULL : "its auth_method asks for no second factor";
}

bool cs_login_refuse_self(struct cs_login *login, struct cs_channel *channel)
{
    const char *obstacle = find_obstacle(login);

    login->reason = CS_REASON_NONE;
    if (login->peer.uid == 0)
        login->reason = CS_REASON_SELF_ROOT;
    else if (!login->options.self_service)
        login->reason = CS_REASON_SELF_OFF;
    else if (obstacle != NULL) {
        cs_log(&login->log, LOG_WARNING, "service '%s': %s", CS_SELF_SERVICE, obstacle);
        login->reason = CS_REASON_SELF_NOT_HERE;
    }
    if (login->reason == CS_REASON_NONE)
        return false;
    cs_login_choose_texts(login, NULL);
    cs_tell_last(channel, &login->book, CS_TEXT_SELF_OFF, &login->log);
    return true;
}

/* The account is known by now. */
static enum cs_reason find_bar(struct cs_login *login)
{
    const struct cs_patience waits = cs_login_patience(login);

    if (!cs_policy_may_serve_itself(&login->options, &login->account,
                                    cs_engine_directory(login->engine), &waits, &login->log))
        return CS_REASON_SELF_OFF;
    if (!login->uid.known) {
        cs_log(&login->log, LOG_WARNING, "service '%s': '%s' has another name at the provider",
               CS_SELF_SERVICE, login->account.name);
        return CS_REASON_SELF_NOT_HERE;
    }
    return cs_self_places_take(cs_engine_self_places(login->engine), login->account.uid)
               ? CS_REASON_NONE
               : CS_REASON_SELF_BUSY;
}

/* ---- the whole ---- */

enum cs_verdict cs_login_run_self(struct cs_login *login, struct cs_channel *channel,
                                  struct cs_provider *provider)
{
    enum cs_reason bar = find_bar(login);
    enum cs_verdict verdict;

    if (bar != CS_REASON_NONE) {
        login->reason = bar;
        cs_tell_last(channel, &login->book,
                     bar == CS_REASON_SELF_BUSY ? CS_TEXT_SELF_BUSY : CS_TEXT_SELF_OFF,
                     &login->log);
        cs_login_log_self(login, false);
        return CS_VERDICT_DENY;
    }
    verdict = cs_login_run_plan(login, channel, provider, true);
    cs_self_places_give(cs_engine_self_places(login->engine), login->account.uid);
    if (!login->self_recorded)
        cs_login_log_self(login, verdict == CS_VERDICT_ALLOW);
    return verdict;
}
