/* SPDX-License-Identifier: Apache-2.0 */
/* Security keys. A login at this machine uses a key plugged in here; any other login uses a key
 * that the user has elsewhere, through the lines of u2f/relay.h. Every try has a challenge of its
 * own. Nothing is sent to anybody, so no consent is needed. A user without a key is asked all the
 * same, with a decoy in place of the key's handle. */
#include <stdio.h>
#include <string.h>

#include "conversation/tell.h"
#include "methods/challenge.h"
#include "methods/dialogue.h"
#include "methods/judge.h"
#include "methods/steps.h"
#include "methods/u2f_here.h"

enum { KEYS_MAX = 4, NUMBER_SIZE = 16, PINS_MAX = 8 };

/* What follows a request in its prompt. */
#define AFTER_REQUEST " : "

/* The tries of one login. */
struct dialogue {
    struct cs_method_login *login;
    const struct cs_listed_factor *factor; /* NULL: any of the user's keys */
    struct cs_open_challenge open;         /* the newest */
    unsigned tried;
    unsigned missed; /* the try after one in which nobody touched a key here; 0: none */
    bool untouched;  /* ask a key here again when the user wants that */
    bool elsewhere;  /* there is no point in asking a key here */
};

/* A fresh challenge: its time starts when the user may answer. It names all of the user's keys. */
static enum cs_err renew(struct dialogue *dialogue, struct cs_error *error)
{
    dialogue->open.room = dialogue->open.more_room = 0;
    dialogue->open.skipped = 0;
    return cs_open_challenge_begin(&dialogue->open, error);
}

static const char *line_of(const struct dialogue *dialogue)
{
    return dialogue->open.challenge.request;
}

/* ---- prompts ---- */

/* Said before a prompt for a key elsewhere, where the one here is of no use. */
static const struct {
    enum cs_u2f_found found;
    enum cs_text text;
} obstacles[] = {
    {CS_U2F_FOUND_NO_KEY, CS_TEXT_U2F_NO_KEY},
    {CS_U2F_FOUND_PIN_RESTS, CS_TEXT_U2F_PIN_RESTS},
    {CS_U2F_FOUND_PIN_BLOCKED, CS_TEXT_U2F_PIN_BLOCKED},
    {CS_U2F_FOUND_CANNOT_VERIFY, CS_TEXT_U2F_CANNOT_VERIFY},
};

static size_t say_obstacle(const struct dialogue *dialogue, enum cs_u2f_found found,
                           enum cs_text *ret_text)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(obstacles); i++) {
        if (obstacles[i].found != found)
            continue;
        *ret_text = found == CS_U2F_FOUND_NO_KEY && dialogue->login->state.factors.withheld
                        ? CS_TEXT_U2F_WITHHELD
                        : obstacles[i].text;
        return 1;
    }
    return 0;
}

/* What a prompt says. */
struct saying {
    enum cs_u2f_found found;
    enum cs_text key; /* the last text */
    bool verifies;    /* ... after this: the key will make sure of who it is */
    bool more;        /* ... and this: Enter alone asks for further keys */
    bool terse;       /* leave out what can be left out */
};

/* The text named `key`, after those that say what happened before and what will happen. */
static enum cs_err say_prompt(const struct dialogue *dialogue, const struct saying *saying,
                              struct cs_buffer *out, struct cs_error *error)
{
    const struct cs_method_login *login = dialogue->login;
    struct cs_values values = {0};
    enum cs_text keys[KEYS_MAX];
    char tries[NUMBER_SIZE];
    size_t count = 0;

    (void)snprintf(tries, sizeof tries, "%u", 1 + login->given->options->retry - dialogue->tried);
    cs_values_set(&values, 'L', tries);
    if (dialogue->tried > 0 && dialogue->tried != dialogue->missed) /* there was an answer */
        keys[count++] = CS_TEXT_NOT_ACCEPTED;
    else
        count += say_obstacle(dialogue, saying->found, &keys[count]);
    if (saying->verifies && !saying->terse)
        keys[count++] = CS_TEXT_U2F_VERIFY;
    if (saying->more)
        keys[count++] = CS_TEXT_U2F_MORE;
    keys[count++] = saying->key;
    cs_say_prompt(login->given->book, keys, count, &values, out);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

/* The same before a request. countersign-touch finds one only after a blank, whatever text the
 * administrator wrote. */
static enum cs_err say_before_request(const struct dialogue *dialogue, const struct saying *saying,
                                      struct cs_buffer *out, struct cs_error *error)
{
    enum cs_err result = say_prompt(dialogue, saying, out, error);

    if (result == CS_OK && (out->length == 0 || strchr(" \n", out->text[out->length - 1]) == NULL))
        cs_buffer_text(out, " ");
    return result == CS_OK && out->failed ? cs_fail_nomem(error) : result;
}

/* Bytes of such a prompt without its request. */
static enum cs_err measure(const struct dialogue *dialogue, const struct saying *saying,
                           size_t *ret_bytes, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    enum cs_err result = say_before_request(dialogue, saying, &text, error);

    *ret_bytes = text.length + sizeof AFTER_REQUEST - 1;
    return result;
}

/* A challenge whose request fits into a prompt with these texts. With `rounds` it may leave keys to
 * further ones. */
static enum cs_err renew_fitting(struct dialogue *dialogue, const struct saying *saying,
                                 bool rounds, struct cs_error *error)
{
    size_t limit = dialogue->login->given->options->u2f_prompt_bytes, base = 0, longer = 0;
    struct saying with_more = *saying;
    enum cs_err result = measure(dialogue, saying, &base, error);

    with_more.more = true;
    if (result == CS_OK)
        result = measure(dialogue, &with_more, &longer, error);
    if (result != CS_OK)
        return result;
    dialogue->open.room = limit > base ? limit - base : limit > 0;
    dialogue->open.more_room = rounds ? longer - base : 0;
    return cs_open_challenge_begin(&dialogue->open, error);
}

/* ---- the request in a prompt ---- */

/* The prompt for the next request: the texts follow from the challenge, and how many keys it names
 * from the length of the texts. */
static enum cs_err make_prompt(struct dialogue *dialogue, struct saying *saying, bool rounds,
                               struct cs_buffer *out, struct cs_error *error)
{
    size_t limit = dialogue->login->given->options->u2f_prompt_bytes, bytes = 0;
    enum cs_err result = renew_fitting(dialogue, saying, rounds, error);

    if (result == CS_OK && dialogue->open.challenge.verifies) {
        saying->verifies = true;
        result = renew_fitting(dialogue, saying, rounds, error);
    }
    saying->more = dialogue->open.challenge.further > 0;
    if (result == CS_OK)
        result = measure(dialogue, saying, &bytes, error);
    if (result != CS_OK)
        return result;
    saying->terse =
        limit > 0 && bytes + (line_of(dialogue) ? strlen(line_of(dialogue)) : 0) > limit;
    return say_before_request(dialogue, saying, out, error);
}

/* A prompt that contains the request, which can be answered from elsewhere. */
static enum cs_err ask_once(struct dialogue *dialogue, struct saying saying, bool rounds,
                            struct cs_secret *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    enum cs_err result = make_prompt(dialogue, &saying, rounds, &prompt, error);

    if (result != CS_OK)
        return result;
    cs_buffer_printf(&prompt, "%s" AFTER_REQUEST, line_of(dialogue) ? line_of(dialogue) : "");
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(dialogue->login->given->channel, prompt.text, true, ret_answer, error);
}

/* In rounds, if one prompt has no room for all keys: an empty answer brings the next one. In the
 * last round it is an answer like others, so that no user has more tries than another. */
static enum cs_err ask_with_request(struct dialogue *dialogue, enum cs_u2f_found found,
                                    enum cs_text key, struct cs_secret *ret_answer,
                                    struct cs_error *error)
{
    const struct saying saying = {.found = found, .key = key};
    /* Here, Enter asks for the touch of a key. */
    bool rounds = key != CS_TEXT_U2F_ENTER;
    enum cs_err result = CS_OK;

    dialogue->open.skipped = 0;
    do {
        cs_secret_free(ret_answer);
        result = ask_once(dialogue, saying, rounds, ret_answer, error);
        dialogue->open.skipped = dialogue->open.challenge.further;
    } while (result == CS_OK && ret_answer->length == 0 && dialogue->open.skipped > 0);
    return result;
}

/* If texts wait for the next prompt, there must be a prompt before the touch. There must also be
 * one after a missed touch, because programs repeat a failed login by themselves. An answer typed
 * here is treated like one from elsewhere. */
static enum cs_err tell_to_touch(struct dialogue *dialogue, struct cs_secret *ret_typed,
                                 struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    enum cs_err result;

    if (dialogue->untouched)
        return ask_with_request(dialogue, CS_U2F_FOUND_KEY, CS_TEXT_U2F_ENTER, ret_typed, error);
    if (login->given->number_mode == CS_WAIT_LIVE &&
        login->calls->may_send(login->context, &(const struct cs_sending){.proven = true}))
        return cs_tell_text(login->given->channel, login->given->book, CS_TEXT_U2F_TOUCH, NULL,
                            error);
    result = say_prompt(dialogue,
                        &(const struct saying){.found = CS_U2F_FOUND_KEY,
                                               .key = CS_TEXT_U2F_ENTER,
                                               .verifies = dialogue->open.challenge.verifies},
                        &prompt, error);
    return result == CS_OK ? cs_ask(login->given->channel, prompt.text, true, ret_typed, error)
                           : result;
}

/* Asks for the key's PIN, which only goes to the key. Empty: the user has none to give. */
static enum cs_err ask_pin(const struct dialogue *dialogue, enum cs_u2f_found found,
                           struct cs_u2f_pin *pin, struct cs_error *error)
{
    static const enum cs_text texts[] = {CS_TEXT_U2F_PIN_WRONG, CS_TEXT_U2F_PIN};
    const struct cs_method_login *login = dialogue->login;
    size_t first = found == CS_U2F_FOUND_PIN_WRONG ? 0 : 1;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    struct cs_values values = {0};
    char tries[NUMBER_SIZE] = "?";

    if (pin->tries_left >= 0)
        (void)snprintf(tries, sizeof tries, "%d", pin->tries_left);
    cs_values_set(&values, 'L', tries);
    cs_say_prompt(login->given->book, texts + first, CS_ARRAY_SIZE(texts) - first, &values,
                  &prompt);
    return prompt.failed ? cs_fail_nomem(error)
                         : cs_ask(login->given->channel, prompt.text, false, &pin->text, error);
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
static enum cs_err touch(struct dialogue *dialogue, struct cs_secret *ret_answer,
                         enum cs_u2f_found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    CS_AUTO(clear_pin) struct cs_u2f_pin pin = {.tries_left = -1};
    enum cs_err result = CS_OK;

    for (unsigned pins = 0; result == CS_OK; pins++) {
        if (wants_pin(*ret_found)) {
            result = pins < PINS_MAX ? ask_pin(dialogue, *ret_found, &pin, error) : CS_OK;
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

static enum cs_err ask_here(struct dialogue *dialogue, struct cs_secret *ret_answer,
                            enum cs_u2f_found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum cs_err result;

    *ret_found = CS_U2F_FOUND_NO_HELPER;
    if (dialogue->elsewhere || !cs_u2f_may_be_here(login))
        return CS_OK;
    result = renew(dialogue, error);
    if (result != CS_OK || line_of(dialogue) == NULL)
        return result;
    result = cs_u2f_look_here(login, &dialogue->open.challenge, ret_found, error);
    if (result == CS_OK && *ret_found == CS_U2F_FOUND_KEY)
        result = tell_to_touch(dialogue, ret_answer, error);
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
static enum cs_err find_answer(struct dialogue *dialogue, struct cs_secret *ret_answer,
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
        return ask_with_request(dialogue, found, CS_TEXT_U2F_PROMPT, ret_answer, error);
    dialogue->missed = dialogue->tried + 1;
    login->result.reason = login->result.last = CS_REASON_NOT_TOUCHED;
    return cs_tell_text(login->given->channel, login->given->book, CS_TEXT_U2F_NO_TOUCH, NULL,
                        error);
}

static enum cs_err ask(struct cs_method_login *login, void *context, unsigned tried,
                       struct cs_secret *ret_answer, struct cs_error *error)
{
    struct dialogue *dialogue = context;
    enum cs_err result = cs_find_user(login, error);

    dialogue->tried = tried;
    return result == CS_OK ? find_answer(dialogue, ret_answer, error) : result;
}

static enum cs_err judge(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    struct dialogue *dialogue = context;
    const struct cs_question question = {
        .kind = CS_FACTOR_U2F, .factor = dialogue->factor, .challenge = &dialogue->open.challenge};

    return cs_judge(login, &question, answer, ret_outcome, error);
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    static const struct cs_listed_factor any = {.kind = CS_FACTOR_U2F};
    struct dialogue dialogue = {.login = login,
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
