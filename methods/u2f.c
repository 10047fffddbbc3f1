/* SPDX-License-Identifier: Apache-2.0 */
/* Security keys. A login at this machine uses a key plugged in here; any other login uses a key
 * that the user has elsewhere, through the lines of u2f/relay.h. Every try has a challenge of its
 * own. Nothing is sent to anybody, so no consent is needed. A user without a key is asked all the
 * same, with a decoy in place of the key's handle. */
#include <syslog.h>

#include "conversation/repeats.h"
#include "conversation/tell.h"
#include "methods/dialogue.h"
#include "methods/judge.h"
#include "methods/steps.h"
#include "methods/u2f_prompt.h"

/* What a provider is given in place of a wrong PIN, so that it counts the try. */
#define WRONG_PIN "a wrong PIN"

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

static void forget_pins(struct cs_u2f_dialogue *dialogue)
{
    while (dialogue->refused_count > 0)
        cs_secret_free(&dialogue->refused[--dialogue->refused_count]);
}

/* What no key takes, or this one refused in this login: a program may answer every hidden prompt
 * with the same password, and each costs the key one of its few tries. */
static bool cannot_be_right(const struct cs_u2f_dialogue *dialogue, const struct cs_secret *pin)
{
    bool refused = pin->length > CS_U2F_PIN_MAX;

    for (size_t i = 0; i < dialogue->refused_count; i++)
        refused = cs_is_same_answer(&dialogue->refused[i], pin) || refused;
    return refused;
}

static enum cs_err touch_once(struct cs_u2f_dialogue *dialogue, struct cs_u2f_pin *pin,
                              struct cs_secret *ret_answer, enum cs_u2f_found *ret_found,
                              struct cs_error *error)
{
    enum cs_err result = renew(dialogue, error);

    return result == CS_OK ? cs_u2f_touch_here(dialogue->login, &dialogue->open.challenge, pin,
                                               ret_answer, ret_found, error)
                           : result;
}

/* A key that asks again for a PIN that it got fails. */
static enum cs_err send_pin(struct cs_u2f_dialogue *dialogue, struct cs_u2f_pin *pin,
                            struct cs_secret *ret_answer, enum cs_u2f_found *ret_found,
                            struct cs_error *error)
{
    struct cs_secret *copy = &dialogue->refused[dialogue->refused_count];
    enum cs_err result;

    *ret_found = CS_U2F_FOUND_PIN_WRONG;
    if (cannot_be_right(dialogue, &pin->text))
        return CS_OK;
    if (cs_secret_set(copy, pin->text.data, pin->text.length) != CS_OK)
        return cs_fail_nomem(error);
    dialogue->refused_count++;
    result = touch_once(dialogue, pin, ret_answer, ret_found, error);
    dialogue->pin_tries = pin->tries_left;
    if (result != CS_OK || *ret_found != CS_U2F_FOUND_PIN_WRONG) { /* it was not refused */
        dialogue->refused_count--;
        cs_secret_free(copy);
    }
    if (result == CS_OK && *ret_found == CS_U2F_FOUND_PIN_NEEDED)
        *ret_found = CS_U2F_FOUND_KEY_FAILS;
    return result;
}

/* The touch, with the PIN if the key asks for it. Without one it is as if nobody had touched it. */
static enum cs_err touch(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                         enum cs_u2f_found *ret_found, struct cs_error *error)
{
    CS_AUTO(clear_pin) struct cs_u2f_pin pin = {.tries_left = -1};
    enum cs_err result = CS_OK;

    if (*ret_found != CS_U2F_FOUND_PIN_NEEDED)
        result = touch_once(dialogue, &pin, ret_answer, ret_found, error);
    if (result != CS_OK || *ret_found != CS_U2F_FOUND_PIN_NEEDED)
        return result;
    *ret_found = CS_U2F_FOUND_NO_TOUCH;
    result = cs_u2f_ask_pin(dialogue, &pin, error);
    return result == CS_OK && pin.text.length > 0
               ? send_pin(dialogue, &pin, ret_answer, ret_found, error)
               : result;
}

static enum cs_err ask_here(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                            enum cs_u2f_found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum cs_err result;

    *ret_found = CS_U2F_FOUND_NO_HELPER;
    if (dialogue->elsewhere || dialogue->refused_count == CS_U2F_PINS_MAX ||
        !cs_u2f_may_be_here(login))
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

/* What only the key's owner can change, and not by another try. A helper that fails would take as
 * long again. */
static bool lasts(enum cs_u2f_found found)
{
    static const enum cs_u2f_found lasting[] = {
        CS_U2F_FOUND_NO_HELPER, CS_U2F_FOUND_PIN_RESTS, CS_U2F_FOUND_PIN_BLOCKED,
        CS_U2F_FOUND_PIN_KEPT,  CS_U2F_FOUND_PIN_STALE, CS_U2F_FOUND_CANNOT_VERIFY};

    for (size_t i = 0; i < CS_ARRAY_SIZE(lasting); i++) {
        if (lasting[i] == found)
            return true;
    }
    return false;
}

/* A wrong PIN is a wrong answer, which the provider counts. It does not see the PIN. */
static enum cs_err refuse_pin(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                              struct cs_error *error)
{
    const struct cs_method_given *given = dialogue->login->given;

    dialogue->wrong = CS_REASON_WRONG_PIN;
    dialogue->refused_at = dialogue->tried + 1;
    cs_log(given->log, LOG_NOTICE,
           "u2f: the PIN of a security key here was wrong, in a login of '%s'", given->name);
    return cs_secret_set(ret_answer, WRONG_PIN, sizeof WRONG_PIN - 1) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

/* If nobody touched the key, there is no answer. */
static enum cs_err find_answer(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_answer,
                               struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum cs_u2f_found found;
    enum cs_err result = ask_here(dialogue, ret_answer, &found, error);

    if (result != CS_OK || found == CS_U2F_FOUND_ANSWER)
        return result;
    if (found == CS_U2F_FOUND_PIN_WRONG)
        return refuse_pin(dialogue, ret_answer, error);
    dialogue->elsewhere = lasts(found);
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
    dialogue->wrong = CS_REASON_NONE;
    return result == CS_OK ? find_answer(dialogue, ret_answer, error) : result;
}

static enum cs_err judge(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    struct cs_u2f_dialogue *dialogue = context;
    const struct cs_question question = {.kind = CS_FACTOR_U2F,
                                         .factor = dialogue->factor,
                                         .challenge = &dialogue->open.challenge,
                                         .wrong = dialogue->wrong};

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
    forget_pins(&dialogue);
    return verdict;
}

const struct cs_method cs_method_u2f = {
    .name = "u2f",
    .kind = CS_FACTOR_U2F,
    .menu = CS_TEXT_U2F,
    .looks_up = true,
    .run = run,
};
