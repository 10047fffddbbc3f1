/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/identity.h"

#include <string.h>

#include "base/sanitise.h"
#include "conversation/answer.h"
#include "methods/code.h"
#include "methods/steps.h"

static const char step[] = "ask_identity";

/* Blanks around it were pasted along with it. */
static bool claim(struct cs_method_login *login, const struct cs_secret *answer)
{
    const char *text = answer->data;
    size_t length = answer->length;

    while (length > 0 && text[0] == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return length == 0 || (cs_is_clean(text, length) &&
                           login->calls->claim_identity(login->context, text, length));
}

static enum cs_verdict take(struct cs_method_login *login, const struct cs_secret *answer)
{
    switch (cs_answer_kind(answer)) {
    case CS_ANSWER_EMPTY:
        return CS_VERDICT_ALLOW;
    case CS_ANSWER_TYPED:
        login->state.answered = true;
        if (claim(login, answer))
            return CS_VERDICT_ALLOW;
        return cs_refuse_codes(login, CS_REASON_WRONG_FORM);
    case CS_ANSWER_JUNK:
        login->state.doomed = true; /* what follows is asked all the same */
        return CS_VERDICT_ALLOW;
    default:
        return cs_refuse_codes(login, CS_REASON_ANSWER_TOO_LONG);
    }
}

enum cs_verdict cs_ask_identity(struct cs_method_login *login)
{
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_error error = {0};
    enum cs_err result;

    if (!given->provider->ops->binds_identity) {
        result = cs_fail(&error, CS_ERR_CONFIG,
                         "provider '%s' cannot say whether an account and an identity belong "
                         "together, so whoever types could be anybody; remove the option",
                         given->provider->ops->name);
        return cs_give_up(login, step, result, &error);
    }
    cs_say(given->book, CS_TEXT_IDENTITY_PROMPT, NULL, &prompt);
    result = prompt.failed ? cs_fail_nomem(&error)
                           : cs_ask(given->channel, prompt.text, true, &answer, &error);
    return result == CS_OK ? take(login, &answer) : cs_give_up(login, step, result, &error);
}
