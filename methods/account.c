/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/account.h"

#include "methods/provider_call.h"
#include "methods/steps.h"

/* A user without an identity, or whom the provider does not know, has nobody who says yes. */
static enum cs_reason reason_if_unknown(const struct cs_provider_user *user)
{
    return user->reason != CS_REASON_NONE ? user->reason : CS_REASON_UNKNOWN_USER;
}

/* Where the provider asks the user, that is a request which nobody typed anything for: whoever has
 * just refused one is not asked again. */
static enum cs_err ask(struct cs_method_login *login, struct cs_standing *ret_standing,
                       struct cs_error *error)
{
    const struct cs_sending sending = {.proven = !login->given->never_proven};
    bool asks_user = login->given->provider->ops->account_asks;
    enum cs_err result;

    if (asks_user && !login->calls->may_send(login->context, &sending)) {
        *ret_standing = (struct cs_standing){.reason = CS_REASON_TOO_MANY_DELIVERIES};
        return CS_OK;
    }
    result = cs_call_account(login, ret_standing, error);
    if (asks_user && (result != CS_OK || !ret_standing->may_log_in))
        login->calls->was_refused(login->context);
    return result;
}

enum cs_verdict cs_check_account(struct cs_method_login *login)
{
    struct cs_standing standing = {0};
    struct cs_error error = {0};
    enum cs_err result;

    login->result.reason = CS_REASON_NO_OBJECTION;
    if (!cs_call_knows_accounts(login->given->provider))
        return CS_VERDICT_ALLOW;
    result = cs_find_user(login, &error);
    if (result == CS_OK && !login->state.user.found) {
        login->result.reason = reason_if_unknown(&login->state.user);
        return CS_VERDICT_DENY;
    }
    if (result == CS_OK)
        result = ask(login, &standing, &error);
    if (result != CS_OK)
        return cs_give_up(login, "account check", result, &error);
    if (!standing.may_log_in || !standing.abstains)
        login->result.reason = standing.reason;
    return standing.may_log_in ? CS_VERDICT_ALLOW : CS_VERDICT_DENY;
}
