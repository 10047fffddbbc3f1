/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on another device. */
#include <syslog.h>

#include "base/clock.h"
#include "methods/code.h"
#include "methods/delivery.h"

enum { POLL_MS = 2000 };

/* What a poll works on. */
struct poll_context {
    struct cs_method_login *login;
    const struct cs_listed_factor *factor;
    const struct cs_challenge *challenge;
    struct cs_approval_state state;
};

static enum cs_err poll_once(void *context, enum cs_wait_state *ret_state, struct cs_error *error)
{
    static const enum cs_wait_state states[] = {[CS_APPROVAL_PENDING] = CS_WAIT_PENDING,
                                                [CS_APPROVAL_GIVEN] = CS_WAIT_APPROVED,
                                                [CS_APPROVAL_DENIED] = CS_WAIT_DENIED,
                                                [CS_APPROVAL_FRAUD] = CS_WAIT_DENIED,
                                                [CS_APPROVAL_EXPIRED] = CS_WAIT_EXPIRED};
    struct poll_context *poll = context;
    struct cs_method_login *login = poll->login;
    enum cs_err result =
        login->provider->ops->poll(login->provider, &login->call, &login->user, poll->factor,
                                   poll->challenge, &poll->state, error);

    if (result == CS_OK)
        *ret_state = states[poll->state.approval];
    return result;
}

static enum cs_verdict conclude(struct cs_method_login *login, const struct poll_context *poll,
                                enum cs_wait_state state)
{
    login->reason = login->last = poll->state.reason ? poll->state.reason : "expired";
    if (state == CS_WAIT_APPROVED)
        return CS_VERDICT_ALLOW;
    if (state == CS_WAIT_JUNK)
        return cs_refuse_codes(login, "refused-by-sshd");
    if (poll->state.approval == CS_APPROVAL_FRAUD)
        cs_log(login->log, LOG_ALERT,
               "the user reported the request as fraud: somebody else may know a first factor");
    if (state == CS_WAIT_EXPIRED && poll->state.approval == CS_APPROVAL_PENDING)
        login->reason = login->last = "expired";
    login->was_refused(login);
    return CS_VERDICT_DENY;
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    struct poll_context poll = {.login = login, .factor = factor, .challenge = &challenge};
    struct cs_waiting waiting = {.mode = login->wait_mode,
                                 .device = factor->name,
                                 .poll_ms = POLL_MS,
                                 .context = &poll,
                                 .poll = poll_once};
    enum cs_wait_state state = CS_WAIT_PENDING;
    enum cs_verdict verdict = CS_VERDICT_DENY;
    struct cs_error error = {0};
    enum cs_err result;

    if (!cs_ask_consent(login, method, factor, &verdict))
        return verdict;
    result = cs_begin(login, factor, &challenge, &error);
    if (result == CS_OK) {
        waiting.correlation = challenge.correlation[0] ? challenge.correlation : NULL;
        /* Nobody can choose a number that was not shown. */
        if (waiting.correlation != NULL && waiting.mode == CS_WAIT_SILENT)
            waiting.mode = login->number_mode;
        waiting.deadline = cs_clock_ms() + (int64_t)login->options->poll_timeout * 1000;
        if (waiting.deadline > login->call.deadline)
            waiting.deadline = login->call.deadline;
        result = cs_wait_for_approval(login->channel, login->book, &waiting, &state, &error);
        /* Whoever leaves and comes back at once must not have one request after another sent. */
        if (result != CS_OK)
            login->was_refused(login);
    }
    return result == CS_OK ? conclude(login, &poll, state)
                           : cs_give_up(login, method->name, result, &error);
}

const struct cs_method cs_method_device = {
    .name = "device",
    .kind = CS_FACTOR_DEVICE,
    .menu = CS_TEXT_DEVICE_PRESENCE,
    .menu_biometric = CS_TEXT_DEVICE_BIOMETRIC,
    .consent = CS_TEXT_CONSENT_DEVICE,
    .run = run,
};
