/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/approval.h"

#include <syslog.h>

#include "base/clock.h"
#include "methods/code.h"
#include "methods/provider_call.h"
#include "methods/steps.h"

enum {
    POLL_MS = 2000,
    HOLD_MS = 30000, /* a token has more life than that left when it is taken (net/bearer.h) */
};

/* The state that polls share. */
struct poll_context {
    struct cs_open_challenge *open;
    struct cs_waiting *waiting;
    int64_t next; /* cs_clock_ms; no poll before this */
    struct cs_approval_state state;
    struct cs_error *outage; /* why the last poll failed; CS_OK: it did not; the caller's */
};

/* ---- polling ---- */

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
    if (poll->outage->code == CS_OK)
        cs_log(poll->open->login->given->log, LOG_WARNING, "the wait for an approval goes on: %s",
               error->text);
    *poll->outage = *error;
    poll->outage->code = result;
}

/* The provider may wait for the next change by itself, but not beyond the request's own life, whose
 * end some servers never tell, and not for long: tokens are renewed. */
static void limit_hold(const struct cs_challenge *challenge, struct cs_hold *hold)
{
    int64_t latest = cs_clock_ms() + HOLD_MS, every_ms = interval_of(challenge);

    if (challenge->poll_ms > 0) /* the provider's own is never cut short by a beat */
        every_ms += CS_HOLD_BEAT_MS / 2;
    if (challenge->expires > 0 && challenge->expires < latest)
        latest = challenge->expires;
    if (every_ms != hold->every_ms) /* it may be a pause for this once */
        latest = 0;
    if (hold->until > latest)
        hold->until = latest;
    hold->every_ms = every_ms;
    hold->known = hold->known && hold->waits;
}

static enum cs_err poll_once(void *context, struct cs_hold *hold, enum cs_wait_state *ret_state,
                             struct cs_error *error)
{
    static const enum cs_wait_state states[] = {
        [CS_APPROVAL_PENDING] = CS_WAIT_PENDING, [CS_APPROVAL_GIVEN] = CS_WAIT_APPROVED,
        [CS_APPROVAL_DENIED] = CS_WAIT_DENIED,   [CS_APPROVAL_FRAUD] = CS_WAIT_DENIED,
        [CS_APPROVAL_EXPIRED] = CS_WAIT_EXPIRED, [CS_APPROVAL_IMPOSSIBLE] = CS_WAIT_OVER};
    struct poll_context *poll = context;
    struct cs_open_challenge *open = poll->open;
    struct cs_approval_state state = {0};
    struct cs_error failure = {0};
    int64_t now = cs_clock_ms();
    enum cs_err result;

    /* Poll once more after each text is shown: the approval may have come meanwhile. */
    if (!hold->waits && now < poll->next) {
        poll->waiting->poll_ms = poll->next - now;
        return CS_OK;
    }
    if (!hold->waits)
        hold->asked = now;
    limit_hold(&open->challenge, hold);
    result = cs_call_poll(open->login, open->factor, &open->challenge, hold, &state, &failure);
    if (ends_the_wait(open->login, result))
        return cs_fail(error, result, "%s", failure.text);
    if (result == CS_OK) {
        poll->state = state; /* of a failed poll, nothing counts */
        poll->outage->code = CS_OK;
    } else {
        note_outage(poll, result, &failure);
    }
    poll->waiting->poll_ms = interval_of(&open->challenge);
    poll->next = open->challenge.poll_ms > 0 ? hold->asked + open->challenge.poll_ms : 0;
    hold->waits = result == CS_OK && state.approval == CS_APPROVAL_PENDING && hold->known;
    *ret_state = states[poll->state.approval];
    return CS_OK;
}

/* ---- waiting ---- */

static enum cs_err await(struct poll_context *poll, enum cs_wait_place place,
                         enum cs_wait_state *ret_state, struct cs_error *error)
{
    const struct cs_open_challenge *open = poll->open;
    const struct cs_method_given *given = open->login->given;
    const struct cs_challenge *challenge = &open->challenge;
    const char *shown = place == CS_PLACE_BROWSER ? challenge->code : challenge->correlation;
    struct cs_waiting waiting = {.mode = given->wait_mode,
                                 .place = place,
                                 .device = open->factor->name,
                                 .correlation = shown[0] ? shown : NULL,
                                 .compares = challenge->compares,
                                 .url = challenge->url,
                                 .deadline =
                                     cs_clock_ms() + (int64_t)given->options->poll_timeout * 1000,
                                 .poll_ms = interval_of(challenge),
                                 .context = poll,
                                 .poll = poll_once};
    enum cs_err result;

    /* The user cannot choose a number, or open a page, that was never shown. */
    if (waiting.correlation != NULL && !waiting.compares && waiting.mode == CS_WAIT_SILENT)
        waiting.mode = given->number_mode;
    if (waiting.deadline > given->call.deadline)
        waiting.deadline = given->call.deadline;
    poll->waiting = &waiting;
    poll->outage = error;
    *error = (struct cs_error){0};
    result = cs_wait_for_approval(given->channel, given->book, &waiting, ret_state, error);
    return result == CS_OK && *ret_state == CS_WAIT_EXPIRED ? error->code : result;
}

/* ---- the end ---- */

/* Whoever comes back must not trigger request after request. A page that the user opens is none. */
static void slow_down(struct cs_method_login *login, enum cs_wait_place place)
{
    if (place != CS_PLACE_BROWSER)
        login->calls->was_refused(login->context);
}

static enum cs_verdict conclude(struct cs_method_login *login, enum cs_factor_kind kind,
                                const struct poll_context *poll, enum cs_wait_place place,
                                enum cs_wait_state state)
{
    struct cs_method_result *result = &login->result;

    result->reason = result->last =
        poll->state.reason != CS_REASON_NONE ? poll->state.reason : CS_REASON_EXPIRED;
    if (state == CS_WAIT_APPROVED) {
        cs_tally_accept(&result->tally, result->reason);
        return CS_VERDICT_ALLOW;
    }
    if (state == CS_WAIT_OVER) /* the user did nothing wrong */
        return result->reason == CS_REASON_MISCONFIGURED ? CS_VERDICT_MISCONFIGURED
                                                         : CS_VERDICT_DENY;
    slow_down(login, place);
    if (state == CS_WAIT_JUNK) {
        cs_tally_refuse(&result->tally, kind, CS_REASON_REFUSED_BY_SSHD);
        return cs_refuse_codes(login, CS_REASON_REFUSED_BY_SSHD);
    }
    if (poll->state.approval == CS_APPROVAL_FRAUD)
        cs_log(login->given->log, LOG_ALERT,
               "the user reported the request as fraud: somebody else may know a first factor");
    if (state == CS_WAIT_EXPIRED && poll->state.approval == CS_APPROVAL_PENDING)
        result->reason = result->last = CS_REASON_EXPIRED;
    if (state == CS_WAIT_DENIED)
        cs_tally_refuse(&result->tally, kind, result->reason);
    return CS_VERDICT_DENY;
}

enum cs_verdict cs_conclude_approval(struct cs_open_challenge *open, const struct cs_method *method,
                                     enum cs_wait_place place, enum cs_err begun,
                                     struct cs_error *error)
{
    struct cs_method_login *login = open->login;
    const struct cs_challenge *challenge = &open->challenge;
    struct poll_context poll = {.open = open, .next = cs_clock_ms() + challenge->poll_ms};
    enum cs_wait_state state = CS_WAIT_PENDING;
    enum cs_err result = begun == CS_OK ? await(&poll, place, &state, error) : begun;
    enum cs_verdict verdict;

    /* The phone may ask although the call failed, or although the user has hung up. */
    if (result != CS_OK && login->state.sent)
        slow_down(login, place);
    open->fulfilled = result == CS_OK && state == CS_WAIT_APPROVED;
    cs_open_challenge_end(open); /* before the next prompt */
    if (result != CS_OK)
        return cs_give_up(login, method->name, result, error);
    verdict = conclude(login, method->kind, &poll, place, state);
    login->calls->judged(login->context, &login->result);
    return verdict;
}
