/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/self_enrol.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/typed_code.h"
#include "conversation/answer.h"
#include "conversation/qr.h"
#include "conversation/tell.h"
#include "methods/judge.h"
#include "methods/provider_call.h"
#include "methods/steps.h"
#include "methods/without_factor.h"
#include "providers/enrolling.h"

static const char step[] = "self_enroll";

enum {
    NUMBER_SIZE = 16,
    QR_LINES_MAX = 21, /* a screen has 24, and the prompt two; ssh writes user and host above */
    CODES_IN_LINE = 2,
};

/* One user's way through it. */
struct enrolment {
    struct cs_method_login *login;
    const struct cs_enrolling_ops *ops;
    struct cs_enrolling enrolling;
    enum cs_enrol_leave leave;
    bool declined; /* nothing was typed: not now */
    bool ended;    /* the verdict is set */
    enum cs_verdict verdict;
};

static void clear_enrolment(struct enrolment *enrolment)
{
    cs_enrolling_clear(&enrolment->enrolling);
}

static void end(struct enrolment *enrolment, enum cs_verdict verdict, enum cs_reason reason)
{
    enrolment->ended = true;
    enrolment->verdict = verdict;
    enrolment->login->result.reason = reason;
}

static void give_up(struct enrolment *enrolment, enum cs_err result, const struct cs_error *error)
{
    enrolment->ended = true;
    enrolment->verdict = cs_give_up(enrolment->login, step, result, error);
}

/* ---- who ---- */

/* Without a look-up: who shows nothing is told nothing, not even by the time it takes. */
static bool may_be_offered(const struct cs_method_login *login)
{
    const struct cs_method_given *given = login->given;

    if (given->options->self_enrol == CS_SELF_ENROL_NO || given->options->one_answer ||
        given->provider->ops->enrolling == NULL || given->foreign || given->never_proven ||
        login->state.doomed)
        return false;
    return login->state.password_accepted || login->calls->proven(login->context, true);
}

/* False: the login goes on, or an error ended it. */
CS_OWN_FRAME static bool find_leave(struct enrolment *enrolment)
{
    struct cs_method_login *login = enrolment->login;
    const struct cs_method_given *given = login->given;
    struct cs_enrol_standing standing = {.because = ""};
    struct cs_error error = {0};
    int64_t now = 0;
    enum cs_err result = cs_find_user(login, &error);

    if (result == CS_OK && !login->state.user.found)
        return false;
    if (result == CS_OK)
        result = enrolment->ops->look(given->provider, &given->call, &login->state.user, &standing,
                                      &error);
    if (result == CS_OK)
        result = cs_call_now(login, &now, &error);
    if (result != CS_OK) {
        give_up(enrolment, result, &error);
        return false;
    }
    if (!standing.newcomer) {
        cs_log(given->log, LOG_DEBUG, "%s: not for '%s', who %s", step, login->state.user.name,
               standing.because);
        return false;
    }
    enrolment->leave = login->calls->may_enrol(login->context, now);
    if (enrolment->leave == CS_ENROL_BY_TICKET && !standing.ticket) {
        cs_log(given->log, LOG_INFO, "%s: not for '%s', who has no ticket; 'countersign ticket'",
               step, login->state.user.name);
        return false;
    }
    return enrolment->leave != CS_ENROL_NEVER;
}

/* ---- asking ---- */

static enum cs_err ask_texts(const struct enrolment *enrolment, const enum cs_text *keys,
                             size_t count, struct cs_values *values, unsigned tried,
                             struct cs_secret *ret_answer, struct cs_error *error)
{
    const struct cs_method_given *given = enrolment->login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    char tries[NUMBER_SIZE];

    (void)snprintf(tries, sizeof tries, "%u", 1 + given->options->retry - tried);
    cs_values_set(values, 'L', tries);
    cs_say_prompt(given->book, keys, count, values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(given->channel, prompt.text, true, ret_answer, error);
}

/* Repeats a question until its answer is right, until the tries are used up, or until nothing is
 * typed. `key` asks, after the first time below a text that says why. */
struct question {
    enum cs_text key;
    struct cs_values values;
    enum cs_reason spent; /* when the tries are used up */
    enum cs_err (*judge)(struct enrolment *enrolment, const struct cs_secret *answer,
                         enum cs_reason *ret_wrong, struct cs_error *error);
};

/* *ret_wrong: why it is to be asked again; CS_REASON_NONE: it is not. */
static enum cs_err ask_once(struct enrolment *enrolment, struct question *question, unsigned tried,
                            enum cs_reason *ret_wrong, struct cs_error *error)
{
    const enum cs_text keys[] = {CS_TEXT_CODE_NOT_ACCEPTED, question->key};
    struct cs_method_login *login = enrolment->login;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    bool first = tried == 0;
    enum cs_err result =
        ask_texts(enrolment, keys + first, first ? 1 : 2, &question->values, tried, &answer, error);

    *ret_wrong = CS_REASON_NONE;
    if (result != CS_OK)
        return result;
    switch (cs_answer_kind(&answer)) {
    case CS_ANSWER_TYPED:
        login->state.answered = true;
        return question->judge(enrolment, &answer, ret_wrong, error);
    case CS_ANSWER_EMPTY:
        enrolment->declined = true;
        return CS_OK;
    case CS_ANSWER_JUNK: /* sshd refuses the account, and so does what follows */
        login->state.doomed = enrolment->declined = true;
        return CS_OK;
    default:
        *ret_wrong = CS_REASON_ANSWER_TOO_LONG;
        return CS_OK;
    }
}

/* False: declined, or ended. */
static bool ask(struct enrolment *enrolment, struct question *question)
{
    struct cs_method_login *login = enrolment->login;

    for (unsigned tried = 0; tried <= login->given->options->retry; tried++) {
        enum cs_reason wrong = CS_REASON_NONE;
        struct cs_error error = {0};
        enum cs_err result = ask_once(enrolment, question, tried, &wrong, &error);

        if (result != CS_OK) {
            give_up(enrolment, result, &error);
            return false;
        }
        if (wrong == CS_REASON_NONE)
            return !enrolment->declined;
        login->state.refused = true;
        cs_note_outcome(login, CS_FACTOR_TOTP, false, &(struct cs_outcome){.reason = wrong});
    }
    end(enrolment, CS_VERDICT_MAX_TRIES, question->spent);
    return false;
}

/* ---- the ticket ---- */

static enum cs_err judge_ticket(struct enrolment *enrolment, const struct cs_secret *answer,
                                enum cs_reason *ret_wrong, struct cs_error *error)
{
    struct cs_method_login *login = enrolment->login;
    const struct cs_method_given *given = login->given;
    struct cs_outcome outcome = {.reason = CS_REASON_WRONG_TICKET};
    struct cs_attempt attempt = {.kind = CS_FACTOR_TOTP,
                                 .user = &login->state.user,
                                 .answer = answer,
                                 .client = given->client,
                                 .proven = cs_is_proven(login),
                                 .countable = true};
    enum cs_err result = login->calls->identify(login->context, &attempt.identity, error);

    attempt.subject = attempt.identity;
    if (result == CS_OK && attempt.identity == NULL)
        result = cs_fail(error, CS_ERR_UNRESOLVED, "the account has no identity");
    if (result == CS_OK)
        result = enrolment->ops->judge_ticket(given->provider, &given->call, &attempt,
                                              &enrolment->enrolling, &outcome, error);
    if (result != CS_OK)
        return result;
    if (outcome.judgement == CS_JUDGED_RIGHT)
        cs_note_outcome(login, CS_FACTOR_TOTP, false, &outcome);
    else
        *ret_wrong = outcome.reason;
    return CS_OK;
}

/* ---- the key ---- */

/* Only to be scanned: the prompt after it has the same as text, for those who do not see it. It is
 * a prompt and no text without one, which ssh shows as octal numbers. */
static enum cs_err show_qr(const struct enrolment *enrolment, struct cs_error *error)
{
    const struct cs_method_given *given = enrolment->login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    enum cs_qr_blocks blocks =
        given->options->self_enrol_qr == CS_BROWSER_QR_DARK_GROUND ? CS_QR_LIGHT : CS_QR_DARK;
    enum cs_err result;

    if (given->options->self_enrol_qr == CS_BROWSER_QR_NO || given->book->ascii)
        return CS_OK;
    cs_buffer_text(&prompt, "\n");
    if (!cs_qr_add(&prompt, enrolment->enrolling.uri.data, blocks, QR_LINES_MAX)) {
        cs_log(given->log, LOG_INFO, "%s: the key is too long for a QR code", step);
        return CS_OK;
    }
    cs_say(given->book, CS_TEXT_SELF_ENROLL_SCAN, NULL, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    result = cs_ask(given->channel, prompt.text, true, &answer, error);
    if (result == CS_OK && cs_answer_kind(&answer) == CS_ANSWER_JUNK)
        enrolment->login->state.doomed = true;
    return result;
}

static enum cs_err begin(struct enrolment *enrolment, struct cs_error *error)
{
    struct cs_method_login *login = enrolment->login;
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer issuer = {0}, label = {0};
    struct cs_values values = {0};

    cs_values_set(&values, 'U', login->state.user.name);
    cs_values_set(&values, 'H', given->host);
    cs_template_render(&issuer, given->issuer, "UH", &values, false);
    cs_template_render(&label, given->label, "UH", &values, false);
    if (issuer.failed || label.failed)
        return cs_fail_nomem(error);
    return enrolment->ops->begin(given->provider, &given->call, &login->state.user, issuer.text,
                                 label.text, &enrolment->enrolling, error);
}

static enum cs_err judge_code(struct enrolment *enrolment, const struct cs_secret *answer,
                              enum cs_reason *ret_wrong, struct cs_error *error)
{
    bool right = false;
    enum cs_err result = enrolment->ops->confirm(&enrolment->enrolling, answer, &right, error);

    if (result == CS_OK && !right)
        *ret_wrong = CS_REASON_NOT_CONFIRMED;
    return result;
}

/* ---- the factor ---- */

static enum cs_err save(struct enrolment *enrolment, struct cs_error *error)
{
    struct cs_method_login *login = enrolment->login;
    const struct cs_method_given *given = login->given;
    struct cs_enrolled enrolled = {0};
    uint32_t *foreseen = login->calls->judging(login->context);
    struct cs_outcome outcome = {0};
    enum cs_err result = enrolment->ops->save(given->provider, &given->call, &login->state.user,
                                              &enrolment->enrolling, foreseen, &enrolled, error);

    outcome.reason = enrolled.reason;
    outcome.judgement = enrolled.done ? CS_JUDGED_RIGHT : CS_JUDGED_WRONG;
    if (!enrolled.done && result != CS_OK) {
        login->calls->judged(login->context, &login->result);
        return result;
    }
    cs_note_outcome(login, CS_FACTOR_TOTP, false, &outcome);
    if (!enrolled.done)
        end(enrolment, CS_VERDICT_DENY, enrolled.reason);
    return result;
}

static void add_codes(const struct cs_enrolling *enrolling, struct cs_buffer *prompt)
{
    for (size_t i = 0; i < enrolling->codes_count; i++) {
        bool ends = i % CODES_IN_LINE == CODES_IN_LINE - 1 || i + 1 == enrolling->codes_count;

        cs_buffer_printf(prompt, "  %s%s", enrolling->codes[i].data, ends ? "\n" : "");
    }
}

/* A prompt, so that everybody sees it; a user who hangs up here has a factor all the same. */
static enum cs_err show_codes(const struct enrolment *enrolment, struct cs_error *error)
{
    const struct cs_method_given *given = enrolment->login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0}, codes = {0}, asking = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    add_codes(&enrolment->enrolling, &codes);
    cs_say(given->book, CS_TEXT_SELF_ENROLL_CODES, NULL, &prompt);
    cs_say(given->book, CS_TEXT_SELF_ENROLL_DONE, NULL, &asking);
    /* An administrator's texts may be too long; the codes are what matters. */
    if (prompt.length + codes.length + asking.length > CS_PROMPT_BYTES)
        cs_buffer_free(&prompt);
    cs_buffer_append(&prompt, &codes);
    cs_buffer_append(&prompt, &asking);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(given->channel, prompt.text, true, &answer, error);
}

/* ---- the whole ---- */

/* For root, and with a ticket, a key counts only after an answer that was not junk. */
static bool is_proven_by_now(struct enrolment *enrolment)
{
    return !enrolment->ended && !enrolment->declined && cs_is_proven(enrolment->login);
}

static void run(struct enrolment *enrolment)
{
    struct question ticket = {
        .key = CS_TEXT_SELF_ENROLL_TICKET, .spent = CS_REASON_WRONG_TICKET, .judge = judge_ticket};
    struct question code = {
        .key = CS_TEXT_SELF_ENROLL_KEY, .spent = CS_REASON_NOT_CONFIRMED, .judge = judge_code};
    struct cs_error error = {0};
    enum cs_err result;

    if (enrolment->leave == CS_ENROL_BY_TICKET && !ask(enrolment, &ticket))
        return;
    if (!is_proven_by_now(enrolment))
        return;
    result = begin(enrolment, &error);
    if (result == CS_OK)
        result = show_qr(enrolment, &error);
    if (result != CS_OK) {
        give_up(enrolment, result, &error);
        return;
    }
    cs_values_set(&code.values, 'K', enrolment->enrolling.key.data);
    if (!is_proven_by_now(enrolment) || !ask(enrolment, &code) || !is_proven_by_now(enrolment))
        return;
    result = save(enrolment, &error);
    if (result == CS_OK && !enrolment->ended)
        result = show_codes(enrolment, &error);
    if (result != CS_OK)
        give_up(enrolment, result, &error);
    else if (!enrolment->ended)
        end(enrolment, CS_VERDICT_ALLOW, CS_REASON_SELF_ENROLLED);
}

/* Whoever could have enrolled and did not is told that there is no other way in, unless there is.
 */
static void refuse_declined(struct enrolment *enrolment)
{
    struct cs_method_login *login = enrolment->login;
    struct cs_error error = {0};
    bool does = false;
    enum cs_err result = cs_does_without_factor(login, &does, &error);

    if (result != CS_OK) {
        give_up(enrolment, result, &error);
        return;
    }
    if (does)
        return;
    if (cs_tell_text(login->given->channel, login->given->book, CS_TEXT_NOT_ENROLLED, NULL,
                     &error) != CS_OK)
        cs_log(login->given->log, LOG_INFO, "the last text was not shown: %s", error.text);
    end(enrolment, CS_VERDICT_NOT_ENROLLED, CS_REASON_NOT_ENROLLED);
}

bool cs_self_enrol(struct cs_method_login *login, enum cs_verdict *ret_verdict)
{
    CS_AUTO(clear_enrolment)
    struct enrolment enrolment = {.login = login, .ops = login->given->provider->ops->enrolling};

    if (!may_be_offered(login))
        return false;
    if (find_leave(&enrolment))
        run(&enrolment);
    if (enrolment.declined && !login->state.doomed)
        refuse_declined(&enrolment);
    *ret_verdict = enrolment.verdict;
    return enrolment.ended;
}
