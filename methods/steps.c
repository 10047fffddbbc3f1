/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/steps.h"

#include <syslog.h>

#include "base/clock.h"

enum { LATE_MS = 50 }; /* this close to its end, a login has no time for a call */

void cs_method_login_clear(struct cs_method_login *login)
{
    cs_provider_user_clear(&login->state.user);
    cs_listed_factors_clear(&login->state.factors);
    cs_repeats_clear(&login->state.odd);
    cs_secret_free(&login->state.typed);
    cs_secret_free(&login->result.authtok);
}

/* ---- the user ---- */

enum cs_err cs_find_user(struct cs_method_login *login, struct cs_error *error)
{
    const char *identity = NULL;
    enum cs_err result;

    if (login->state.sought)
        return CS_OK;
    result = login->calls->identify(login->context, &identity, error);
    if (result == CS_OK && identity != NULL)
        result = login->given->provider->ops->find_user(login->given->provider, &login->given->call,
                                                        identity, &login->state.user, error);
    if (result != CS_OK)
        return result;
    login->state.sought = true;
    if (!login->state.user.found)
        cs_log(login->given->log, LOG_INFO, "the provider knows no usable user: %s",
               identity == NULL ? "no identity" : cs_reason_name(login->state.user.reason));
    return CS_OK;
}

enum cs_err cs_list_factors(struct cs_method_login *login, unsigned kinds, struct cs_error *error)
{
    const struct cs_listing listing = {.kinds = kinds,
                                       .unvalidated = login->given->options->ignore_isvalidated};
    enum cs_err result = cs_find_user(login, error);

    if (result != CS_OK || login->state.listed == kinds)
        return result;
    cs_listed_factors_clear(&login->state.factors);
    if (login->state.user.found)
        result = login->given->provider->ops->list_factors(login->given->provider,
                                                           &login->given->call, &login->state.user,
                                                           &listing, &login->state.factors, error);
    if (result == CS_OK)
        login->state.listed = kinds;
    return result;
}

enum cs_err cs_find_missing(struct cs_method_login *login, unsigned kinds, unsigned others,
                            bool *ret_missing, struct cs_error *error)
{
    enum cs_err result = cs_list_factors(login, kinds, error);

    if (result == CS_OK && login->state.factors.count == 0 && others != 0)
        result = cs_list_factors(login, kinds | others, error);
    *ret_missing = result == CS_OK && login->state.user.found && login->state.factors.count == 0 &&
                   !login->state.factors.withheld;
    return result;
}

bool cs_is_proven(const struct cs_method_login *login)
{
    if (login->given->never_proven || login->state.doomed)
        return false;
    return login->state.password_accepted ||
           login->calls->proven(login->context, login->state.answered);
}

/* ---- the end ---- */

enum cs_verdict cs_give_up(struct cs_method_login *login, const char *method, enum cs_err result,
                           const struct cs_error *error)
{
    static const struct {
        enum cs_err result;
        enum cs_verdict verdict;
        enum cs_reason reason;
        int priority;
    } ends[] = {
        {CS_ERR_HANGUP, CS_VERDICT_ABORTED, CS_REASON_HANG_UP, LOG_INFO},
        {CS_ERR_CANCELLED, CS_VERDICT_ABORTED, CS_REASON_HANG_UP, LOG_INFO},
        {CS_ERR_CANNOT_ASK, CS_VERDICT_ABORTED, CS_REASON_CANNOT_ASK, LOG_INFO},
        {CS_ERR_TIMEOUT, CS_VERDICT_ABORTED, CS_REASON_TIMEOUT, LOG_INFO},
        {CS_ERR_PROTOCOL, CS_VERDICT_ABORTED, CS_REASON_PROTOCOL, LOG_INFO},
        {CS_ERR_STRANGER, CS_VERDICT_DENY, CS_REASON_OTHER_SENDER, LOG_WARNING},
        {CS_ERR_UNREACHABLE, CS_VERDICT_UNREACHABLE, CS_REASON_UNREACHABLE, LOG_ERR},
        {CS_ERR_RESTING, CS_VERDICT_DENY, CS_REASON_HELD_BACK, LOG_WARNING},
        {CS_ERR_UNRESOLVED, CS_VERDICT_UNAVAILABLE, CS_REASON_ACCOUNT_LOOK_UP, LOG_ERR},
        {CS_ERR_CONFIG, CS_VERDICT_MISCONFIGURED, CS_REASON_MISCONFIGURED, LOG_ERR},
    };

    /* Near the login's end every call times out, and the user decides when to answer. So that says
     * nothing about the provider, and must not count as a reason to fail open. */
    if (result == CS_ERR_UNREACHABLE && cs_clock_left(login->given->call.deadline) <= LATE_MS)
        result = CS_ERR_TIMEOUT;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ends); i++) {
        if (ends[i].result != result)
            continue;
        login->result.reason = ends[i].reason;
        cs_log(login->given->log, ends[i].priority, "%s: %s", method, error->text);
        return ends[i].verdict;
    }
    login->result.reason = CS_REASON_UNAVAILABLE;
    cs_log(login->given->log, LOG_ERR, "%s: %s", method, error->text);
    return CS_VERDICT_UNAVAILABLE;
}
