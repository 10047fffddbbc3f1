/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/account.h"

#include "methods/provider_call.h"
#include "methods/steps.h"

/* A user without an identity, or whom the provider does not know, has nobody who says yes. */
static enum cs_reason reason_if_unknown(const struct cs_provider_user *user)
{
    return user->reason != CS_REASON_NONE ? user->reason : CS_REASON_UNKNOWN_USER;
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
        result = cs_call_account(login, &standing, &error);
    if (result != CS_OK)
        return cs_give_up(login, "account check", result, &error);
    if (!standing.may_log_in || !standing.abstains)
        login->result.reason = standing.reason;
    return standing.may_log_in ? CS_VERDICT_ALLOW : CS_VERDICT_DENY;
}
