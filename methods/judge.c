/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/judge.h"

#include <stdio.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/typed_code.h"
#include "conversation/answer.h"
#include "methods/odd_answer.h"
#include "methods/steps.h"

enum { HOLD_MS = 250, NUMBER_SIZE = 16 };

/* An answer on its way to the provider. */
struct trial {
    const struct cs_question *question;
    struct cs_attempt attempt;
    enum cs_answer_kind kind;
    bool odd;       /* typed, but nothing that was asked for has this form */
    bool known;     /* the account has an identity */
    bool elsewhere; /* an empty answer, for which the provider asks the user elsewhere */
};

/* Why an answer was refused that the provider saw only as a decoy, or not at all. */
static enum cs_reason reason_for(const struct cs_method_login *login, const struct trial *trial,
                                 enum cs_reason judged)
{
    static const enum cs_reason reasons[] = {[CS_ANSWER_EMPTY] = CS_REASON_EMPTY_ANSWER,
                                             [CS_ANSWER_TOO_LONG] = CS_REASON_ANSWER_TOO_LONG,
                                             [CS_ANSWER_JUNK] = CS_REASON_REFUSED_BY_SSHD};

    if (trial->kind != CS_ANSWER_TYPED && !trial->elsewhere)
        return reasons[trial->kind];
    if (trial->odd)
        return CS_REASON_WRONG_FORM;
    if (!trial->known)
        return CS_REASON_UNKNOWN_USER;
    /* A provider that compares nothing at the moment has the better reason. */
    if (trial->question->wrong != CS_REASON_NONE &&
        cs_reasons[judged].counts != CS_COUNTS_UNCHECKED)
        return trial->question->wrong;
    return login->state.sought && !login->state.user.found ? login->state.user.reason : judged;
}

/* An empty answer is no request for a delivery: sshd passes one on even if it refuses the account.
 * So the rules for unrequested deliveries apply. */
static bool is_elsewhere(const struct cs_method_login *login, const struct trial *trial)
{
    unsigned kinds = login->given->provider->ops->accepts_empty;

    return trial->kind == CS_ANSWER_EMPTY && (kinds & CS_KIND(trial->question->kind)) != 0 &&
           trial->known && !login->state.doomed &&
           login->calls->may_send(login->context,
                                  &(const struct cs_sending){.proven = cs_is_proven(login)});
}

/* What the provider is given in place of the answer. */
static void disguise(struct cs_method_login *login, struct trial *trial)
{
    struct cs_attempt *attempt = &trial->attempt;

    login->state.doomed = login->state.doomed || trial->kind == CS_ANSWER_JUNK;
    trial->elsewhere = is_elsewhere(login, trial);
    attempt->countable = !login->state.doomed && trial->kind == CS_ANSWER_TYPED && !trial->odd;
    if (!login->state.doomed && trial->kind == CS_ANSWER_TYPED)
        login->state.answered = true;
    if (!attempt->countable && !trial->elsewhere)
        attempt->identity = NULL;
    attempt->proven = attempt->countable && cs_is_proven(login);
}

/* Whether to ask the provider. What it needs to know is looked up first. */
static enum cs_err prepare(struct cs_method_login *login, struct trial *trial, bool *ret_ask,
                           struct cs_error *error)
{
    const struct cs_question *question = trial->question;
    struct cs_attempt *attempt = &trial->attempt;
    enum cs_err result = CS_OK;

    attempt->factors = question->factor;
    attempt->factor_count = question->factor != NULL ? 1 : 0;
    *ret_ask = true;
    if (login->given->provider->ops->judges_unlisted)
        return CS_OK;
    *ret_ask = attempt->identity != NULL;
    if (*ret_ask)
        result = cs_find_user(login, error);
    *ret_ask = *ret_ask && login->state.user.found;
    if (result != CS_OK || !*ret_ask)
        return result;
    attempt->user = &login->state.user;
    if (question->factor == NULL && question->kind != CS_FACTOR_PASSWORD) {
        result = cs_list_factors(login, CS_KIND(question->kind), error);
        attempt->factors = login->state.factors.items;
        attempt->factor_count = login->state.factors.count;
        *ret_ask = attempt->factor_count > 0;
    }
    return result;
}

/* An approval elsewhere counts as a request like that of a challenge: it may have to wait its turn,
 * and if the user lets it expire, no unrequested one follows. */
static enum cs_err judge_elsewhere(struct cs_method_login *login, const struct trial *trial,
                                   struct cs_outcome *ret_outcome, struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    bool in_turn = (given->provider->ops->one_pending & CS_KIND(trial->attempt.kind)) != 0;
    enum cs_err result = in_turn ? login->calls->take_turn(login->context, error) : CS_OK;

    if (result != CS_OK)
        return result;
    login->state.sent = true;
    result = given->provider->ops->judge(given->provider, &given->call, &trial->attempt,
                                         ret_outcome, error);
    if (in_turn)
        login->calls->give_turn(login->context, 0);
    if (result != CS_OK || ret_outcome->judgement != CS_JUDGED_RIGHT)
        login->calls->was_refused(login->context);
    return result;
}

static bool is_code(enum cs_factor_kind kind)
{
    return kind != CS_FACTOR_PASSWORD && kind != CS_FACTOR_U2F;
}

/* Claimed before the provider is asked: of many logins with the same code, one is judged. */
static enum cs_err judge_once(struct cs_method_login *login, const struct trial *trial,
                              struct cs_outcome *ret_outcome, struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    const struct cs_attempt *attempt = &trial->attempt;
    bool claims =
        is_code(attempt->kind) && attempt->identity != NULL && !given->provider->ops->spends_codes;
    bool claimed = false;
    enum cs_err result =
        claims ? login->calls->claim_code(login->context, attempt->answer, &claimed, error) : CS_OK;

    if (result == CS_OK && claims && !claimed) {
        *ret_outcome = (struct cs_outcome){.reason = CS_REASON_REPLAYED};
        return CS_OK;
    }
    if (result == CS_OK)
        result =
            given->provider->ops->judge(given->provider, &given->call, attempt, ret_outcome, error);
    if (claimed)
        login->calls->settle_code(login->context, attempt->answer,
                                  result == CS_OK && ret_outcome->judgement == CS_JUDGED_RIGHT);
    return result;
}

/*
 * A firewall in front of the server may cut a call because of what was typed, and whoever types
 * must not decide that the server is away: it counts as unreachable only if it does not answer a
 * look-up either, in which nothing typed is sent.
 */
static enum cs_err confirm_unreachable(struct cs_method_login *login, const char *identity,
                                       struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    struct cs_provider_user user = {0};
    struct cs_error look_up = {0};
    enum cs_err result =
        given->provider->ops->find_user(given->provider, &given->call, identity, &user, &look_up);

    cs_provider_user_clear(&user);
    if (result == CS_ERR_UNREACHABLE)
        return result;
    if (result == CS_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "the server answers look-ups, but not the call with the typed answer");
    if (error != NULL)
        *error = look_up;
    return result;
}

static enum cs_err ask_provider(struct cs_method_login *login, struct trial *trial,
                                struct cs_outcome *ret_outcome, struct cs_error *error)
{
    bool ask = false;
    enum cs_err result = prepare(login, trial, &ask, error);

    if (result != CS_OK)
        return result;
    if (!ask) {
        *ret_outcome = (struct cs_outcome){.reason = CS_REASON_NOT_ENROLLED};
        return CS_OK;
    }
    if (trial->elsewhere)
        return judge_elsewhere(login, trial, ret_outcome, error);
    result = judge_once(login, trial, ret_outcome, error);
    return result == CS_ERR_UNREACHABLE && trial->attempt.identity != NULL &&
                   !login->given->provider->ops->finds_offline
               ? confirm_unreachable(login, trial->attempt.identity, error)
               : result;
}

/* Both parts of a combined line take equally long: the number of calls must not tell which was
 * wrong. */
static enum cs_pace_of pace_of(const struct cs_method_login *login, enum cs_factor_kind kind)
{
    bool later = login->state.judged > 1;

    if (login->state.line_started != 0)
        return later ? CS_PACE_LATER_LINE : CS_PACE_FIRST_LINE;
    if (kind == CS_FACTOR_PASSWORD)
        return later ? CS_PACE_LATER_PASSWORD : CS_PACE_FIRST_PASSWORD;
    return later ? CS_PACE_LATER_CODE : CS_PACE_FIRST_CODE;
}

/* Right answers are recorded too, because they take every call there is. */
static int64_t pace(struct cs_method_login *login, enum cs_factor_kind kind, int64_t started)
{
    return login->calls->pace(login->context, pace_of(login, kind), cs_clock_ms() - started);
}

static enum cs_err hold(struct cs_method_login *login, const struct trial *trial, int64_t started,
                        struct cs_error *error)
{
    /* An approval elsewhere takes as long as the user does. */
    int64_t elapsed =
        trial->elsewhere ? cs_clock_ms() - started : pace(login, trial->question->kind, started);

    return cs_channel_wait(login->given->channel, started + (elapsed / HOLD_MS + 1) * HOLD_MS,
                           error);
}

/* The user must see this, and no server shows a text after the last prompt once and to everybody.
 * So it is a prompt of its own. A user who hangs up here has still spent the code. */
static enum cs_err tell_recovery_left(struct cs_method_login *login, unsigned left,
                                      struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_values values = {0};
    char count[NUMBER_SIZE];

    (void)snprintf(count, sizeof count, "%u", left);
    cs_values_set(&values, 'N', count);
    cs_say(login->given->book, CS_TEXT_RECOVERY_LEFT, &values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->given->channel, prompt.text, true, &answer, error);
}

/* A program gives every prompt the password it has, and a provider must not see that as a code. */
static bool is_own_password(const struct cs_method_login *login, const struct cs_secret *typed)
{
    return login->state.password_accepted && cs_is_same_answer(typed, &login->result.authtok);
}

/* Codes are judged without characters pasted along with them. Anything else cannot be a code. */
static enum cs_err read_answer(const struct cs_method_login *login, struct trial *trial,
                               const struct cs_secret *typed, struct cs_secret *ret_code,
                               struct cs_error *error)
{
    bool (*fits)(enum cs_factor_kind, const struct cs_secret *) = login->given->provider->ops->fits;
    struct cs_attempt *attempt = &trial->attempt;

    trial->kind = cs_answer_kind(typed);
    attempt->answer = typed;
    if (trial->kind != CS_ANSWER_TYPED || trial->question->wrong != CS_REASON_NONE)
        return CS_OK;
    if (is_code(attempt->kind)) {
        if (cs_typed_code(typed, ret_code) != CS_OK)
            return cs_fail_nomem(error);
        attempt->answer = ret_code;
    }
    /* A provider that accepts empty answers would take an empty code for something else. */
    trial->odd = attempt->answer->length == 0 ||
                 (fits != NULL && !fits(attempt->kind, attempt->answer)) ||
                 (is_code(attempt->kind) && is_own_password(login, typed));
    return CS_OK;
}

/* Makes all refusals look alike from outside, and ends the login of a program that repeats its
 * answer. */
static enum cs_err refuse(struct cs_method_login *login, const struct trial *trial,
                          const struct cs_secret *typed, int64_t started,
                          struct cs_outcome *outcome, struct cs_error *error)
{
    enum cs_err result = trial->odd ? cs_refuse_odd_answer(login, typed, outcome, error) : CS_OK;

    return result == CS_OK && login->given->provider->ops->remote
               ? hold(login, trial, started, error)
               : result;
}

void cs_note_outcome(struct cs_method_login *login, enum cs_factor_kind kind, bool odd,
                     const struct cs_outcome *outcome)
{
    login->result.reason = outcome->reason;
    if (!odd || login->result.last == CS_REASON_NONE)
        login->result.last = outcome->reason;
    if (outcome->clock_off != 0)
        login->result.clock_off = outcome->clock_off;
    if (outcome->judgement == CS_JUDGED_RIGHT && outcome->factor != 0)
        login->result.factor = outcome->factor;
    if (outcome->judgement == CS_JUDGED_RIGHT)
        cs_tally_accept(&login->result.tally, outcome->reason);
    else
        cs_tally_refuse(&login->result.tally, kind, outcome->reason);
    login->calls->judged(login->context, &login->result);
}

enum cs_err cs_judge(struct cs_method_login *login, const struct cs_question *question,
                     const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                     struct cs_error *error)
{
    int64_t started = login->state.line_started ? login->state.line_started : cs_clock_ms();
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    struct trial trial = {.question = question,
                          .attempt = {.kind = question->kind,
                                      .challenge = question->challenge,
                                      .client = login->given->client}};
    struct cs_attempt *attempt = &trial.attempt;
    enum cs_err result = login->calls->identify(login->context, &attempt->identity, error);

    if (result == CS_OK)
        result = read_answer(login, &trial, answer, &code, error);
    if (result != CS_OK)
        return result;
    trial.known = attempt->identity != NULL;
    attempt->subject = trial.known ? attempt->identity : login->given->stranger;
    disguise(login, &trial);
    attempt->foreseen = login->calls->judging(login->context);
    result = ask_provider(login, &trial, ret_outcome, error);
    if (result != CS_OK) {
        login->calls->judged(login->context, &login->result);
        return result;
    }
    if (ret_outcome->alert[0] != '\0')
        cs_log(login->given->log, LOG_ALERT, "%s", ret_outcome->alert);
    if (attempt->identity == NULL) /* whatever the provider says about a user who does not exist */
        ret_outcome->judgement = CS_JUDGED_WRONG;
    if (question->wrong != CS_REASON_NONE)
        ret_outcome->judgement = CS_JUDGED_WRONG;
    ret_outcome->reason = reason_for(login, &trial, ret_outcome->reason);
    cs_note_outcome(login, question->kind, trial.odd, ret_outcome);
    if (ret_outcome->judgement != CS_JUDGED_RIGHT) {
        login->state.refused = true;
        return refuse(login, &trial, answer, started, ret_outcome, error);
    }
    if (login->given->provider->ops->remote && !trial.elsewhere)
        (void)pace(login, question->kind, started);
    return ret_outcome->recovery && !login->given->options->one_answer
               ? tell_recovery_left(login, ret_outcome->recovery_left, error)
               : CS_OK;
}
