/* SPDX-License-Identifier: Apache-2.0 */
/* How enrolling at a login asks, and how it ends. */
#include <stdio.h>

#include "conversation/answer.h"
#include "methods/judge.h"
#include "methods/self_enrol_priv.h"
#include "methods/steps.h"

const char cs_enrolment_step[] = "self_enroll";

enum { NUMBER_SIZE = 16 };

void cs_enrolment_end(struct cs_enrolment_steps *enrolment, enum cs_verdict verdict,
                      enum cs_reason reason)
{
    enrolment->ended = true;
    enrolment->verdict = verdict;
    enrolment->login->result.reason = reason;
}

void cs_enrolment_give_up(struct cs_enrolment_steps *enrolment, enum cs_err result,
                          const struct cs_error *error)
{
    enrolment->ended = true;
    enrolment->verdict = cs_give_up(enrolment->login, cs_enrolment_step, result, error);
}

static enum cs_err ask_texts(const struct cs_enrolment_steps *enrolment, const enum cs_text *keys,
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

/* *ret_wrong: why it is to be asked again; CS_REASON_NONE: it is not. */
static enum cs_err ask_once(struct cs_enrolment_steps *enrolment,
                            struct cs_enrolment_question *question, unsigned tried,
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

bool cs_enrolment_ask(struct cs_enrolment_steps *enrolment, struct cs_enrolment_question *question)
{
    struct cs_method_login *login = enrolment->login;

    for (unsigned tried = 0; tried <= login->given->options->retry; tried++) {
        enum cs_reason wrong = CS_REASON_NONE;
        struct cs_error error = {0};
        enum cs_err result = ask_once(enrolment, question, tried, &wrong, &error);

        if (result != CS_OK) {
            cs_enrolment_give_up(enrolment, result, &error);
            return false;
        }
        if (wrong == CS_REASON_NONE)
            return !enrolment->declined;
        login->state.refused = true;
        cs_note_outcome(login, CS_FACTOR_TOTP, false, &(struct cs_outcome){.reason = wrong});
    }
    cs_enrolment_end(enrolment, CS_VERDICT_MAX_TRIES, question->spent);
    return false;
}
