/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/delivery.h"

#include "conversation/answer.h"
#include "conversation/consent.h"
#include "methods/code.h"
#include "methods/odd_answer.h"
#include "methods/steps.h"

enum {
    MESSAGES = CS_KIND(CS_FACTOR_SMSOTP) | CS_KIND(CS_FACTOR_EMAILOTP) |
               CS_KIND(CS_FACTOR_TRANS_SMSOTP) | CS_KIND(CS_FACTOR_TRANS_EMAILOTP)
};

static enum cs_err show_question(struct cs_method_login *login, const struct cs_method *method,
                                 const struct cs_listed_factor *factor,
                                 struct cs_secret *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0}, name = {0};
    struct cs_values values = {0};

    if (method->is_address)
        cs_show_address(login->given->book, factor->name, &name);
    cs_values_set(&values, 'N', method->is_address ? name.text : factor->name);
    cs_values_set(&values, 'D', factor->name);
    cs_say(login->given->book,
           method->unnamed && factor->name[0] == '\0' ? method->consent_unnamed : method->consent,
           &values, &prompt);
    if (prompt.failed || name.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->given->channel, prompt.text, true, ret_answer, error);
}

/* What an answer at the prompt meant. */
enum meaning { NOTHING, SEND, JUNK, REPEATED };

static enum cs_err read_meaning(struct cs_method_login *login, const struct cs_secret *answer,
                                enum meaning *ret_meaning, struct cs_error *error)
{
    enum cs_answer_kind kind = cs_answer_kind(answer);
    bool repeated = false;
    enum cs_err result;

    *ret_meaning = NOTHING;
    if (kind == CS_ANSWER_EMPTY)
        return CS_OK;
    if (kind == CS_ANSWER_JUNK) {
        *ret_meaning = JUNK;
        return CS_OK;
    }
    login->state.answered = login->state.answered || kind == CS_ANSWER_TYPED;
    if (cs_is_consent(login->given->book, answer)) {
        *ret_meaning = SEND;
        return CS_OK;
    }
    result = cs_note_odd_answer(login, answer, &repeated, error);
    if (repeated)
        *ret_meaning = REPEATED;
    return result;
}

static enum cs_err ask_once(struct cs_method_login *login, const struct cs_method *method,
                            const struct cs_listed_factor *factor, enum meaning *ret_meaning,
                            struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    enum cs_err result = show_question(login, method, factor, &answer, error);

    *ret_meaning = NOTHING;
    if (result == CS_OK)
        result = read_meaning(login, &answer, ret_meaning, error);
    if (result == CS_OK && *ret_meaning != SEND)
        cs_tally_refuse(&login->result.tally, method->kind, CS_REASON_NOT_ASKED_FOR);
    return result;
}

/* Prompts until the user asks for the delivery. */
static enum cs_verdict ask(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    struct cs_error error = {0};

    for (unsigned tried = 0; tried <= login->given->options->retry; tried++) {
        enum meaning meaning = NOTHING;
        enum cs_err result = ask_once(login, method, factor, &meaning, &error);

        if (result != CS_OK)
            return cs_give_up(login, method->name, result, &error);
        if (meaning == JUNK)
            return cs_refuse_codes(login, CS_REASON_REFUSED_BY_SSHD);
        if (meaning == REPEATED)
            return CS_VERDICT_DENY;
        login->state.consented = meaning == SEND;
        if (login->state.consented)
            return CS_VERDICT_ALLOW;
    }
    login->result.reason = CS_REASON_NOT_ASKED_FOR;
    return CS_VERDICT_MAX_TRIES;
}

/* A client that repeats a refused login by itself does not type a password. */
static bool is_attended(const struct cs_method_login *login, const struct cs_method *method)
{
    return login->state.password_accepted && (CS_KIND(method->kind) & MESSAGES) != 0;
}

static bool may_send(struct cs_method_login *login, const struct cs_method *method, bool asked_for)
{
    const struct cs_sending sending = {.proven = cs_is_proven(login),
                                       .asked_for = asked_for,
                                       .attended = is_attended(login, method)};

    return login->calls->may_send(login->context, &sending);
}

bool cs_ask_consent(struct cs_method_login *login, const struct cs_method *method,
                    const struct cs_listed_factor *factor, enum cs_verdict *ret_verdict)
{
    if (!login->state.consented) {
        if (may_send(login, method, false))
            return true;
        *ret_verdict = ask(login, method, factor);
        if (!login->state.consented)
            return false;
    }
    if (may_send(login, method, true))
        return true;
    *ret_verdict = cs_refuse_codes(login, CS_REASON_TOO_MANY_DELIVERIES);
    return false;
}
