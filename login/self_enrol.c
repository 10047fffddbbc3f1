/* SPDX-License-Identifier: Apache-2.0 */
/* Who may enrol at a login, as far as the account goes (methods/self_enrol.c has the rest). */
#include <syslog.h>

#include "base/clock.h"
#include "base/date.h"
#include "login/login_priv.h"
#include "login/policy.h"

/* The devices' time counts if the clock shows an earlier one, as with enrol_by. */
static bool is_over(const struct cs_login *login, int64_t now)
{
    const char *until = login->options.self_enrol_until;
    int64_t last = 0;

    if (until == NULL)
        return false;
    /* The configuration was checked; a day that cannot be read is over. */
    if (!cs_date_parse(until, &last) || cs_date_at(cs_clock_seconds()) > last)
        return true;
    if (cs_date_at(now) <= last)
        return false;
    cs_log(&login->log, LOG_WARNING,
           "self_enroll_until: codes of users show that %s has passed, but this machine's clock is "
           "behind; '%s' needs a ticket",
           until, login->account.name);
    return true;
}

static bool is_member(struct cs_login *login)
{
    const struct cs_patience waits = cs_login_patience(login);

    return cs_policy_may_enrol_freely(&login->options, &login->account,
                                      cs_engine_directory(login->engine), &waits, &login->log);
}

enum cs_enrol_leave cs_login_may_enrol(struct cs_login *login, int64_t now)
{
    const struct cs_options *options = &login->options;

    if (options->method.self_enrol == CS_SELF_ENROL_NO || !login->account.known)
        return CS_ENROL_NEVER;
    if (options->method.self_enrol == CS_SELF_ENROL_YES && login->account.uid != 0 &&
        !is_over(login, now) && is_member(login))
        return CS_ENROL_FREELY;
    return CS_ENROL_BY_TICKET;
}
