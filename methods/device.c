/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on another device. */
#include <syslog.h>

#include "base/clock.h"
#include "methods/challenge.h"
#include "methods/code.h"
#include "methods/delivery.h"
#include "methods/provider_call.h"
#include "methods/steps.h"

enum { POLL_MS = 2000 };

/* The state that polls share. */
struct poll_context {
    struct cs_method_login *login;
    struct cs_open_challenge *open;
    struct cs_waiting *waiting;
    int64_t next; /* cs_clock_ms; no poll before this */
    struct cs_approval_state state;
    struct cs_error outage; /* why the last poll failed; CS_OK: it did not */
};

static int64_t interval_of(const struct cs_challenge *challenge)
{
    return challenge->poll_ms > 0 ? challenge->poll_ms : POLL_MS;
}

/* The user may be about to approve, so only what ends the login itself ends the wait early. */
static bool ends_the_wait(const struct cs_method_login *login, enum cs_err result)
{
    return result == CS_ERR_HANGUP || result == CS_ERR_CANCELLED || result == CS_ERR_NOMEM ||
           (result == CS_ERR_TIMEOUT && cs_clock_left(login->given->call.deadline) == 0);
}

static void note_outage(struct poll_context *poll, enum cs_err result, const struct cs_error *error)
{
    if (poll->outage.code == CS_OK)
        cs_log(poll->login->given->log, LOG_WARNING, "the wait for an approval goes on: %s",
               error->text);
    poll->outage = *error;
    poll->outage.code = result;
}

static enum cs_err poll_once(void *context, enum cs_wait_state *ret_state, struct cs_error *error)
{
    static const enum cs_wait_state states[] = {[CS_APPROVAL_PENDING] = CS_WAIT_PENDING,
                                                [CS_APPROVAL_GIVEN] = CS_WAIT_APPROVED,
                                                [CS_APPROVAL_DENIED] = CS_WAIT_DENIED,
                                                [CS_APPROVAL_FRAUD] = CS_WAIT_DENIED,
                                                [CS_APPROVAL_EXPIRED] = CS_WAIT_EXPIRED};
    struct poll_context *poll = context;
    struct cs_open_challenge *open = poll->open;
    struct cs_approval_state state = {0};
    struct cs_error failure = {0};
    int64_t now = cs_clock_ms();
    enum cs_err result;

    /* Poll once more after each text is shown: the approval may have come meanwhile. */
    if (now < poll->next) {
        poll->waiting->poll_ms = poll->next - now;
        return CS_OK;
    }
    result = cs_call_poll(poll->login, open->factor, &open->challenge, &state, &failure);
    if (ends_the_wait(poll->login, result))
        return cs_fail(error, result, "%s", failure.text);
    if (result == CS_OK) {
        poll->state = state; /* of a failed poll, nothing counts */
        poll->outage.code = CS_OK;
    } else {
        note_outage(poll, result, &failure);
    }
    poll->waiting->poll_ms = interval_of(&open->challenge);
    poll->next = open->challenge.poll_ms > 0 ? now + open->challenge.poll_ms : 0;
    *ret_state = states[poll->state.approval];
    return CS_OK;
}

static enum cs_verdict conclude(struct cs_method_login *login, const struct poll_context *poll,
                                enum cs_wait_state state)
{
    struct cs_method_result *result = &login->result;

    result->reason = result->last =
        poll->state.reason != CS_REASON_NONE ? poll->state.reason : CS_REASON_EXPIRED;
    if (state == CS_WAIT_APPROVED) {
        cs_tally_accept(&result->tally, result->reason);
        return CS_VERDICT_ALLOW;
    }
    if (state == CS_WAIT_JUNK) {
        cs_tally_refuse(&result->tally, CS_FACTOR_DEVICE, CS_REASON_REFUSED_BY_SSHD);
        return cs_refuse_codes(login, CS_REASON_REFUSED_BY_SSHD);
    }
    if (poll->state.approval == CS_APPROVAL_FRAUD)
        cs_log(login->given->log, LOG_ALERT,
               "the user reported the request as fraud: somebody else may know a first factor");
    if (state == CS_WAIT_EXPIRED && poll->state.approval == CS_APPROVAL_PENDING)
        result->reason = result->last = CS_REASON_EXPIRED;
    if (state == CS_WAIT_DENIED)
        cs_tally_refuse(&result->tally, CS_FACTOR_DEVICE, result->reason);
    login->calls->was_refused(login->context);
    return CS_VERDICT_DENY;
}

/* Waits as long as the login and its options allow. */
static enum cs_err await(struct cs_method_login *login, struct poll_context *poll,
                         enum cs_wait_state *ret_state, struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    const struct cs_challenge *challenge = &poll->open->challenge;
    struct cs_waiting waiting = {
        .mode = given->wait_mode,
        .device = poll->open->factor->name,
        .correlation = challenge->correlation[0] ? challenge->correlation : NULL,
        .deadline = cs_clock_ms() + (int64_t)given->options->poll_timeout * 1000,
        .poll_ms = interval_of(challenge),
        .context = poll,
        .poll = poll_once};
    enum cs_err result;

    /* The user cannot choose a number that was never shown. */
    if (waiting.correlation != NULL && waiting.mode == CS_WAIT_SILENT)
        waiting.mode = given->number_mode;
    if (waiting.deadline > given->call.deadline)
        waiting.deadline = given->call.deadline;
    poll->waiting = &waiting;
    result = cs_wait_for_approval(given->channel, given->book, &waiting, ret_state, error);
    if (result == CS_OK && *ret_state == CS_WAIT_EXPIRED && poll->outage.code != CS_OK)
        result = cs_fail(error, poll->outage.code, "%s", poll->outage.text);
    return result;
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = login, .factor = factor};
    struct poll_context poll = {.login = login, .open = &open};
    enum cs_wait_state state = CS_WAIT_PENDING;
    enum cs_verdict verdict = CS_VERDICT_DENY;
    struct cs_error error = {0};
    enum cs_err result;

    if (!cs_ask_consent(login, method, factor, &verdict))
        return verdict;
    result = cs_open_challenge_begin(&open, &error);
    if (result == CS_OK)
        result = await(login, &poll, &state, &error);
    /* The phone may ask although the call failed, or although the user has hung up; whoever comes
     * back must not trigger request after request. */
    if (result != CS_OK && login->state.sent)
        login->calls->was_refused(login->context);
    open.fulfilled = result == CS_OK && state == CS_WAIT_APPROVED;
    cs_open_challenge_end(&open); /* before the next prompt */
    return result == CS_OK ? conclude(login, &poll, state)
                           : cs_give_up(login, method->name, result, &error);
}

const struct cs_method cs_method_device = {
    .name = "device",
    .kind = CS_FACTOR_DEVICE,
    .menu = CS_TEXT_DEVICE_PRESENCE,
    .menu_checked = CS_TEXT_DEVICE_BIOMETRIC,
    .consent = CS_TEXT_CONSENT_DEVICE,
    .run = run,
};
