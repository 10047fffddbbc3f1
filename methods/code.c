/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/code.h"

#include <stdio.h>
#include <string.h>

#include "base/typed_code.h"
#include "methods/dialogue.h"
#include "methods/steps.h"

enum { KEYS_MAX = 2, NUMBER_SIZE = 16 };

/* Whether typing nothing would be a request for an approval elsewhere. Whose key it was must be
 * known for that; who showed none is not looked up for a prompt. If the look-up fails, it fails
 * again when the answer is judged. */
static bool may_approve(const struct cs_method_login *login,
                        const struct cs_code_dialogue *dialogue)
{
    unsigned kinds = login->given->provider->ops->accepts_empty;
    const char *identity;

    if ((kinds & CS_KIND(dialogue->question.kind)) == 0)
        return false;
    if (!cs_is_proven(login) && login->calls->proven(login->context, true))
        cs_ignore(login->calls->identify(login->context, &identity, NULL));
    return cs_is_proven(login);
}

static size_t choose_texts(const struct cs_method_login *login,
                           const struct cs_code_dialogue *dialogue, bool again,
                           enum cs_text ret_keys[KEYS_MAX])
{
    const struct cs_challenge *challenge = dialogue->question.challenge;
    bool own = login->given->book->own[CS_TEXT_OTP_PROMPT].count > 0 &&
               login->given->book->own[CS_TEXT_OTP_PROMPT_CORRELATION].count == 0;
    size_t count = 0;

    if (again)
        ret_keys[count++] = CS_TEXT_CODE_NOT_ACCEPTED;
    else if (dialogue->sent != NULL)
        ret_keys[count++] = dialogue->sent->sent;
    /* If the administrator replaced only one prompt, it serves for both. */
    if (may_approve(login, dialogue) && login->given->book->own[CS_TEXT_OTP_PROMPT].count == 0)
        ret_keys[count++] = CS_TEXT_OTP_OR_APPROVE;
    else
        ret_keys[count++] = challenge != NULL && challenge->correlation[0] != '\0' && !own
                                ? CS_TEXT_OTP_PROMPT_CORRELATION
                                : CS_TEXT_OTP_PROMPT;
    return count;
}

/* A challenge may allow fewer answers than the options do. */
static unsigned retries_of(const struct cs_method_login *login,
                           const struct cs_code_dialogue *dialogue)
{
    const struct cs_challenge *challenge = dialogue->question.challenge;
    unsigned retry = login->given->options->retry;

    return challenge != NULL && challenge->tries > 0 && challenge->tries - 1 < retry
               ? challenge->tries - 1
               : retry;
}

static enum cs_err ask(struct cs_method_login *login, const struct cs_code_dialogue *dialogue,
                       unsigned tried, struct cs_secret *ret_answer, struct cs_error *error)
{
    const struct cs_listed_factor *factor = dialogue->question.factor;
    const struct cs_challenge *challenge = dialogue->question.challenge;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0}, name = {0};
    struct cs_values values = {0};
    enum cs_text keys[KEYS_MAX];
    char tries[NUMBER_SIZE];
    size_t count = choose_texts(login, dialogue, tried > 0, keys);

    (void)snprintf(tries, sizeof tries, "%u", 1 + retries_of(login, dialogue) - tried);
    cs_values_set(&values, 'L', tries);
    if (factor != NULL)
        cs_show_address(login->given->book, cs_name_of(factor), &name);
    cs_values_set(&values, 'N', name.text);
    cs_values_set(&values, 'C', challenge ? challenge->correlation : NULL);
    cs_say_prompt(login->given->book, keys, count, &values, &prompt);
    if (prompt.failed || name.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->given->channel, prompt.text, login->given->options->otp_echo, ret_answer,
                  error);
}

/* Anyone who copies all of "9131-963017" from a message means the part after the dash. */
static enum cs_err strip_correlation(const struct cs_challenge *challenge, struct cs_secret *answer,
                                     struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret head = {0}, rest = {0};
    size_t length = challenge ? strlen(challenge->correlation) : 0, dash_length = 0, before;
    const char *dash = length > 0 && answer->length > 0
                           ? cs_find_dash(answer->data, answer->length, &dash_length)
                           : NULL;

    if (dash == NULL)
        return CS_OK;
    before = (size_t)(dash - answer->data);
    if (cs_typed_code_of(answer->data, before, &head) != CS_OK ||
        cs_typed_code_of(dash + dash_length, answer->length - before - dash_length, &rest) != CS_OK)
        return cs_fail_nomem(error);
    if (head.length != length || rest.length == 0 ||
        !cs_equal_ct(head.data, challenge->correlation, length))
        return CS_OK;
    cs_secret_free(answer);
    *answer = rest;
    rest = (struct cs_secret){0};
    return CS_OK;
}

/* The next code. One typed into the menu is used first, without a prompt. */
static enum cs_err next_answer(struct cs_method_login *login, void *context, unsigned tried,
                               struct cs_secret *ret_answer, struct cs_error *error)
{
    const struct cs_code_dialogue *dialogue = context;
    enum cs_err result = CS_OK;

    if (login->state.typed.data != NULL) {
        *ret_answer = login->state.typed;
        login->state.typed = (struct cs_secret){0};
    } else {
        result = ask(login, dialogue, tried, ret_answer, error);
    }
    return result == CS_OK ? strip_correlation(dialogue->question.challenge, ret_answer, error)
                           : result;
}

static enum cs_err judge(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    const struct cs_code_dialogue *dialogue = context;

    return cs_judge(login, &dialogue->question, answer, ret_outcome, error);
}

enum cs_verdict cs_ask_code(struct cs_method_login *login, struct cs_code_dialogue *dialogue)
{
    const struct cs_dialogue loop = {.method = dialogue->method,
                                     .retry = retries_of(login, dialogue),
                                     .context = dialogue,
                                     .ask = next_answer,
                                     .judge = judge};

    return cs_dialogue_run(login, &loop);
}

enum cs_verdict cs_refuse_codes(struct cs_method_login *login, enum cs_reason reason)
{
    struct cs_code_dialogue nothing = {.method = "no factor", .question = {.kind = CS_FACTOR_TOTP}};
    enum cs_verdict verdict;

    login->state.doomed = true;
    verdict = cs_ask_code(login, &nothing);
    if (verdict == CS_VERDICT_MAX_TRIES)
        login->result.reason = reason;
    return verdict;
}
