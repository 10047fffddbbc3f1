/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/new_app.h"

#include <stdio.h>

#include "conversation/answer.h"
#include "methods/judge.h"

enum { NUMBER_SIZE = 16, CODES_IN_LINE = 2 };

/* ---- asking ---- */

static enum cs_err ask_texts(const struct cs_method_login *login, const enum cs_text *keys,
                             size_t count, struct cs_values *values, unsigned tried,
                             struct cs_secret *ret_answer, struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    char tries[NUMBER_SIZE];

    (void)snprintf(tries, sizeof tries, "%u", 1 + given->options->retry - tried);
    cs_values_set(values, 'L', tries);
    cs_say_prompt(given->book, keys, count, values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(given->channel, prompt.text, true, ret_answer, error);
}

static enum cs_err ask_once(struct cs_method_login *login, struct cs_app_question *question,
                            unsigned tried, bool *ret_declined, enum cs_reason *ret_wrong,
                            struct cs_error *error)
{
    const enum cs_text keys[] = {CS_TEXT_CODE_NOT_ACCEPTED, question->key};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    bool first = tried == 0;
    enum cs_err result =
        ask_texts(login, keys + first, first ? 1 : 2, &question->values, tried, &answer, error);

    *ret_wrong = CS_REASON_NONE;
    if (result != CS_OK)
        return result;
    switch (cs_answer_kind(&answer)) {
    case CS_ANSWER_TYPED:
        login->state.answered = true;
        return question->judge(login, question->context, &answer, ret_wrong, error);
    case CS_ANSWER_EMPTY:
        *ret_declined = true;
        return CS_OK;
    case CS_ANSWER_JUNK: /* sshd refuses the account, and so does what follows */
        login->state.doomed = *ret_declined = true;
        return CS_OK;
    default:
        *ret_wrong = CS_REASON_ANSWER_TOO_LONG;
        return CS_OK;
    }
}

enum cs_err cs_app_ask(struct cs_method_login *login, struct cs_app_question *question,
                       enum cs_app_asked *ret_asked, struct cs_error *error)
{
    for (unsigned tried = 0; tried <= login->given->options->retry; tried++) {
        enum cs_reason wrong = CS_REASON_NONE;
        bool declined = false;
        enum cs_err result = ask_once(login, question, tried, &declined, &wrong, error);

        if (result != CS_OK)
            return result;
        if (wrong == CS_REASON_NONE) {
            *ret_asked = declined ? CS_APP_DECLINED : CS_APP_RIGHT;
            return CS_OK;
        }
        login->state.refused = true;
        cs_note_outcome(login, CS_FACTOR_TOTP, false, &(struct cs_outcome){.reason = wrong});
    }
    login->result.reason = question->spent;
    *ret_asked = CS_APP_SPENT;
    return CS_OK;
}

/* ---- the key ---- */

enum cs_err cs_app_begin(const struct cs_method_login *login, struct cs_enrolling *enrolling,
                         struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer issuer = {0}, label = {0};
    struct cs_values values = {0};

    cs_values_set(&values, 'U', login->state.user.name);
    cs_values_set(&values, 'H', given->host);
    cs_template_render(&issuer, given->issuer, "UH", &values, false);
    cs_template_render(&label, given->label, "UH", &values, false);
    if (issuer.failed || label.failed)
        return cs_fail_nomem(error);
    return given->provider->ops->enrolling->begin(given->provider, &given->call, &login->state.user,
                                                  issuer.text, label.text, enrolling, error);
}

static enum cs_err judge_code(struct cs_method_login *login, void *context,
                              const struct cs_secret *answer, enum cs_reason *ret_wrong,
                              struct cs_error *error)
{
    bool right = false;
    enum cs_err result =
        login->given->provider->ops->enrolling->confirm(context, answer, &right, error);

    if (result == CS_OK && !right)
        *ret_wrong = CS_REASON_NOT_CONFIRMED;
    return result;
}

enum cs_err cs_app_confirm(struct cs_method_login *login, struct cs_enrolling *enrolling,
                           enum cs_app_asked *ret_asked, struct cs_error *error)
{
    struct cs_app_question code = {.key = CS_TEXT_SELF_ENROLL_KEY,
                                   .spent = CS_REASON_NOT_CONFIRMED,
                                   .judge = judge_code,
                                   .context = enrolling};

    cs_values_set(&code.values, 'K', enrolling->key.data);
    return cs_app_ask(login, &code, ret_asked, error);
}

/* ---- the codes ---- */

void cs_app_add_codes(const struct cs_enrolling *enrolling, struct cs_buffer *out)
{
    for (size_t i = 0; i < enrolling->codes_count; i++) {
        bool ends = i % CODES_IN_LINE == CODES_IN_LINE - 1 || i + 1 == enrolling->codes_count;

        cs_buffer_printf(out, "  %s%s", enrolling->codes[i].data, ends ? "\n" : "");
    }
}
