/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/provider_call.h"

#include <syslog.h>

#include "base/clock.h"

bool cs_call_knows_languages(const struct cs_provider *provider)
{
    return provider->ops->language != NULL;
}

enum cs_err cs_call_language(struct cs_provider *provider, const char *identity,
                             char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error)
{
    ret_language[0] = '\0';
    return cs_call_knows_languages(provider)
               ? provider->ops->language(provider, identity, ret_language, error)
               : CS_OK;
}

enum cs_err cs_call_begin(const struct cs_method_login *login,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge_request *request,
                          struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_provider *provider = login->given->provider;

    if (provider->ops->begin == NULL)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "provider '%s' can send nothing",
                       provider->ops->name);
    return provider->ops->begin(provider, &login->given->call, &login->state.user, factor, request,
                                ret_challenge, error);
}

enum cs_err cs_call_poll(const struct cs_method_login *login, const struct cs_listed_factor *factor,
                         struct cs_challenge *challenge, struct cs_hold *hold,
                         struct cs_approval_state *ret_state, struct cs_error *error)
{
    struct cs_provider *provider = login->given->provider;
    struct cs_call call = login->given->call;
    int64_t latest = hold->waits ? cs_hold_end(hold) : cs_clock_ms();

    if (challenge->over != CS_REASON_NONE) {
        *ret_state = (struct cs_approval_state){CS_APPROVAL_DENIED, challenge->over};
        return CS_OK;
    }
    if (provider->ops->poll == NULL)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "provider '%s' cannot tell what was approved",
                       provider->ops->name);
    hold->limit_ms = challenge->poll_limit_ms > 0 ? challenge->poll_limit_ms : CS_POLL_MS;
    latest += hold->limit_ms;
    if (call.deadline > latest)
        call.deadline = latest;
    call.hold = hold;
    return provider->ops->poll(provider, &call, &login->state.user, factor, challenge, ret_state,
                               error);
}

void cs_call_cancel(const struct cs_method_login *login, const struct cs_listed_factor *factor,
                    const struct cs_challenge *challenge)
{
    const struct cs_method_given *given = login->given;
    struct cs_call call = given->call;
    struct cs_error error = {0};

    if (given->provider->ops->cancel == NULL)
        return;
    call.deadline = cs_clock_ms() + CS_CANCEL_MS;
    call.cancel_fd = -1;
    if (given->provider->ops->cancel(given->provider, &call, &login->state.user, factor, challenge,
                                     &error) != CS_OK)
        cs_log(given->log, LOG_WARNING, "challenge %s could not be withdrawn: %s", challenge->id,
               error.text);
    else
        cs_log(given->log, LOG_DEBUG, "challenge %s withdrawn", challenge->id);
}

bool cs_call_knows_accounts(const struct cs_provider *provider)
{
    return provider->ops->account != NULL;
}

enum cs_err cs_call_account(const struct cs_method_login *login, struct cs_standing *ret_standing,
                            struct cs_error *error)
{
    struct cs_provider *provider = login->given->provider;
    struct cs_standing standing = {.may_log_in = true, .abstains = true};
    enum cs_err result = CS_OK;

    *ret_standing = (struct cs_standing){.reason = CS_REASON_UNAVAILABLE};
    if (cs_call_knows_accounts(provider)) {
        standing = *ret_standing;
        result = provider->ops->account(provider, &login->given->call, &login->state.user,
                                        &standing, error);
    }
    if (result == CS_OK)
        *ret_standing = standing;
    return result;
}
