/* SPDX-License-Identifier: Apache-2.0 */
/* Security keys. A login at this machine uses a key plugged in here; any other login uses a key
 * that the user has elsewhere, through the lines of u2f/relay.h. Every try has a challenge of its
 * own. Nothing is sent to anybody, so no consent is needed. A user without a key is asked all the
 * same, with a decoy in place of the key's handle. */
#include "conversation/tell.h"
#include "methods/dialogue.h"
#include "methods/judge.h"
#include "methods/steps.h"
#include "methods/u2f_prompt.h"

enum { PINS_MAX = 8 };

/* A fresh challenge: its time starts when the user may answer. It names all of the user's keys. */
static enum cs_err renew(struct cs_u2f_dialogue *dialogue, struct cs_error *error)
{
    dialogue->open.room = dialogue->open.more_room = 0;
    dialogue->open.skipped = 0;
    return cs_open_challenge_begin(&dialogue->open, error);
}

/* ---- where the answer comes from ---- */

static void clear_pin(struct cs_u2f_pin *pin)
{
    cs_secret_free(&pin->text);
}

static bool wants_pin(enum cs_u2f_found found)
{
    return found == CS_U2F_FOUND_PIN_NEEDED || found == CS_U2F_FOUND_PIN_WRONG;
}

/* The touch, with the PIN as often as the key asks for it; it counts the wrong ones itself. Without
 * a PIN it is as if nobody had touched it. */
static enum cs_err touch(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                         enum cs_u2f_found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    CS_AUTO(clear_pin) struct cs_u2f_pin pin = {.tries_left = -1};
    enum cs_err result = CS_OK;

    for (unsigned pins = 0; result == CS_OK; pins++) {
        if (wants_pin(*ret_found)) {
            result = pins < PINS_MAX ? cs_u2f_ask_pin(dialogue, *ret_found, &pin, error) : CS_OK;
            *ret_found = CS_U2F_FOUND_NO_TOUCH;
            if (pin.text.length == 0)
                return result;
        }
        if (result == CS_OK)
            result = renew(dialogue, error);
        if (result == CS_OK)
            result = cs_u2f_touch_here(login, &dialogue->open.challenge, &pin, ret_answer,
                                       ret_found, error);
        if (!wants_pin(*ret_found))
            break;
    }
    return result;
}

static enum cs_err ask_here(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                            enum cs_u2f_found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum cs_err result;

    *ret_found = CS_U2F_FOUND_NO_HELPER;
    if (dialogue->elsewhere || !cs_u2f_may_be_here(login))
        return CS_OK;
    result = renew(dialogue, error);
    if (result != CS_OK || dialogue->open.challenge.request == NULL)
        return result;
    result = cs_u2f_look_here(login, &dialogue->open.challenge, ret_found, error);
    if (result == CS_OK && *ret_found == CS_U2F_FOUND_KEY)
        result = cs_u2f_tell_to_touch(dialogue, ret_answer, error);
    else if (result != CS_OK || *ret_found != CS_U2F_FOUND_PIN_NEEDED)
        return result;
    if (result != CS_OK)
        return result;
    if (ret_answer->length > 0) {
        *ret_found = CS_U2F_FOUND_ANSWER;
        return CS_OK;
    }
    cs_secret_free(ret_answer);
    return touch(dialogue, ret_answer, ret_found, error);
}

/* ---- the dialogue ---- */

/* Nobody touched the key, so there is no answer. A failing helper would take as long again. */
static enum cs_err find_answer(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                               struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum cs_u2f_found found;
    enum cs_err result = ask_here(dialogue, ret_answer, &found, error);

    if (result != CS_OK || found == CS_U2F_FOUND_ANSWER)
        return result;
    dialogue->elsewhere = found == CS_U2F_FOUND_NO_HELPER;
    dialogue->untouched = found == CS_U2F_FOUND_NO_TOUCH;
    if (!dialogue->untouched)
        return cs_u2f_ask_with_request(dialogue, found, CS_TEXT_U2F_PROMPT, ret_answer, error);
    dialogue->missed = dialogue->tried + 1;
    login->result.reason = login->result.last = CS_REASON_NOT_TOUCHED;
    return cs_tell_text(login->given->channel, login->given->book, CS_TEXT_U2F_NO_TOUCH, NULL,
                        error);
}

static enum cs_err ask(struct cs_method_login *login, void *context, unsigned tried,
                       struct cs_secret *ret_answer, struct cs_error *error)
{
    struct cs_u2f_dialogue *dialogue = context;
    enum cs_err result = cs_find_user(login, error);

    dialogue->tried = tried;
    return result == CS_OK ? find_answer(dialogue, ret_answer, error) : result;
}

static enum cs_err judge(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    struct cs_u2f_dialogue *dialogue = context;
    const struct cs_question question = {
        .kind = CS_FACTOR_U2F, .factor = dialogue->factor, .challenge = &dialogue->open.challenge};

    return cs_judge(login, &question, answer, ret_outcome, error);
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    static const struct cs_listed_factor any = {.kind = CS_FACTOR_U2F};
    struct cs_u2f_dialogue dialogue = {
        .login = login,
        .factor = factor,
        .open = {.login = login, .factor = factor != NULL ? factor : &any}};
    const struct cs_dialogue loop = {.method = method->name,
                                     .retry = login->given->options->retry,
                                     .context = &dialogue,
                                     .ask = ask,
                                     .judge = judge};
    enum cs_verdict verdict = cs_dialogue_run(login, &loop);

    dialogue.open.fulfilled = verdict == CS_VERDICT_ALLOW;
    cs_open_challenge_end(&dialogue.open);
    return verdict;
}

const struct cs_method cs_method_u2f = {
    .name = "u2f",
    .kind = CS_FACTOR_U2F,
    .menu = CS_TEXT_U2F,
    .looks_up = true,
    .run = run,
};
