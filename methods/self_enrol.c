/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/self_enrol.h"

#include <string.h>
#include <syslog.h>

#include "base/typed_code.h"
#include "conversation/answer.h"
#include "conversation/qr.h"
#include "conversation/tell.h"
#include "methods/judge.h"
#include "methods/new_app.h"
#include "methods/provider_call.h"
#include "methods/steps.h"
#include "methods/without_factor.h"
#include "providers/enrolling.h"

static const char step[] = "self_enroll";

enum {
    QR_LINES_MAX = 21, /* a screen has 24, and the prompt two; ssh writes user and host above */
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
    /* Whom an administrator has given a ticket is not to be overtaken by a thief without one. */
    if (enrolment->leave == CS_ENROL_FREELY && (standing.ticket || !standing.untouched))
        enrolment->leave = CS_ENROL_BY_TICKET;
    if (!standing.untouched)
        cs_log(given->log, LOG_WARNING, "%s: not without a ticket for '%s', who %s", step,
               login->state.user.name, standing.because);
    if (enrolment->leave == CS_ENROL_BY_TICKET && !standing.ticket) {
        cs_log(given->log, LOG_INFO, "%s: not for '%s', who has no ticket; 'countersign ticket'",
               step, login->state.user.name);
        return false;
    }
    return enrolment->leave != CS_ENROL_NEVER;
}

/* ---- asking ---- */

/* False: declined, or ended. */
static bool settle(struct enrolment *enrolment, enum cs_app_asked asked, enum cs_err result,
                   const struct cs_error *error)
{
    if (result != CS_OK)
        give_up(enrolment, result, error);
    else if (asked == CS_APP_SPENT)
        end(enrolment, CS_VERDICT_MAX_TRIES, enrolment->login->result.reason);
    enrolment->declined = result == CS_OK && asked == CS_APP_DECLINED;
    return result == CS_OK && asked == CS_APP_RIGHT;
}

/* ---- the ticket ---- */

static enum cs_err judge_ticket(struct cs_method_login *login, void *context,
                                const struct cs_secret *answer, enum cs_reason *ret_wrong,
                                struct cs_error *error)
{
    struct enrolment *enrolment = context;
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

static bool ask_ticket(struct enrolment *enrolment)
{
    struct cs_app_question ticket = {.key = CS_TEXT_SELF_ENROLL_TICKET,
                                     .spent = CS_REASON_WRONG_TICKET,
                                     .judge = judge_ticket,
                                     .context = enrolment};
    enum cs_app_asked asked = CS_APP_DECLINED;
    struct cs_error error = {0};
    enum cs_err result = cs_app_ask(enrolment->login, &ticket, &asked, &error);

    return settle(enrolment, asked, result, &error);
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

static bool ask_code(struct enrolment *enrolment)
{
    enum cs_app_asked asked = CS_APP_DECLINED;
    struct cs_error error = {0};
    enum cs_err result = cs_app_confirm(enrolment->login, &enrolment->enrolling, &asked, &error);

    return settle(enrolment, asked, result, &error);
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
    if (enrolled.done)
        login->calls->changed(login->context, CS_CHANGE_ENROLLED);
    else
        end(enrolment, CS_VERDICT_DENY, enrolled.reason);
    return result;
}

/* A prompt, so that everybody sees it; a user who hangs up here has a factor all the same. */
static enum cs_err show_codes(const struct enrolment *enrolment, struct cs_error *error)
{
    const struct cs_method_given *given = enrolment->login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0}, codes = {0}, asking = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    cs_app_add_codes(&enrolment->enrolling, &codes);
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
    struct cs_error error = {0};
    enum cs_err result;

    if (enrolment->leave == CS_ENROL_BY_TICKET && !ask_ticket(enrolment))
        return;
    if (!is_proven_by_now(enrolment))
        return;
    result = cs_app_begin(enrolment->login, &enrolment->enrolling, &error);
    if (result == CS_OK)
        result = show_qr(enrolment, &error);
    if (result != CS_OK) {
        give_up(enrolment, result, &error);
        return;
    }
    if (!is_proven_by_now(enrolment) || !ask_code(enrolment) || !is_proven_by_now(enrolment))
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
    cs_tell_last(login->given->channel, login->given->book, CS_TEXT_NOT_ENROLLED,
                 login->given->log);
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
