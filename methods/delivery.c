/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/delivery.h"

#include "conversation/answer.h"
#include "methods/code.h"
#include "methods/steps.h"

static enum cs_err ask_once(struct cs_method_login *login, const struct cs_method *method,
                            const struct cs_listed_factor *factor, enum cs_answer_kind *ret_kind,
                            struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0}, name = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_values values = {0};
    enum cs_err result;

    if (method->is_address)
        cs_show_address(login->given->book, factor->name, &name);
    cs_values_set(&values, 'N', method->is_address ? name.text : factor->name);
    cs_values_set(&values, 'D', factor->name);
    cs_say(login->given->book, method->consent, &values, &prompt);
    if (prompt.failed || name.failed)
        return cs_fail_nomem(error);
    result = cs_ask(login->given->channel, prompt.text, true, &answer, error);
    *ret_kind = cs_answer_kind(&answer);
    login->result.answers += result == CS_OK;
    return result;
}

/* Asks until something is typed. */
static enum cs_verdict ask(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    struct cs_error error = {0};

    for (unsigned tried = 0; tried <= login->given->options->retry; tried++) {
        enum cs_answer_kind kind = CS_ANSWER_EMPTY;
        enum cs_err result = ask_once(login, method, factor, &kind, &error);

        if (result != CS_OK)
            return cs_give_up(login, method->name, result, &error);
        if (kind == CS_ANSWER_JUNK)
            return cs_refuse_codes(login, "refused-by-sshd");
        login->state.consented = kind == CS_ANSWER_TYPED;
        login->state.answered = login->state.answered || login->state.consented;
        if (login->state.consented)
            return CS_VERDICT_ALLOW;
    }
    login->result.reason = "not-asked-for";
    return CS_VERDICT_MAX_TRIES;
}

bool cs_ask_consent(struct cs_method_login *login, const struct cs_method *method,
                    const struct cs_listed_factor *factor, enum cs_verdict *ret_verdict)
{
    if (!login->state.consented) {
        if (login->calls->may_send(login->context, cs_is_proven(login), false))
            return true;
        *ret_verdict = ask(login, method, factor);
        if (!login->state.consented)
            return false;
    }
    if (login->calls->may_send(login->context, cs_is_proven(login), true))
        return true;
    *ret_verdict = cs_refuse_codes(login, "too-many-deliveries");
    return false;
}
