/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/u2f_prompt.h"

#include <stdio.h>
#include <string.h>

#include "conversation/tell.h"

enum { KEYS_MAX = 5, NUMBER_SIZE = 16 };

/* What follows a request in its prompt. */
#define AFTER_REQUEST " : "

static const char *line_of(const struct cs_u2f_dialogue *dialogue)
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
    {CS_U2F_FOUND_PIN_KEPT, CS_TEXT_U2F_PIN_KEPT},
    {CS_U2F_FOUND_PIN_STALE, CS_TEXT_U2F_PIN_STALE},
    {CS_U2F_FOUND_CANNOT_VERIFY, CS_TEXT_U2F_CANNOT_VERIFY},
};

static size_t say_obstacle(const struct cs_u2f_dialogue *dialogue, enum cs_u2f_found found,
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
static enum cs_err say_prompt(const struct cs_u2f_dialogue *dialogue, const struct saying *saying,
                              struct cs_buffer *out, struct cs_error *error)
{
    const struct cs_method_login *login = dialogue->login;
    struct cs_values values = {0};
    enum cs_text keys[KEYS_MAX];
    char tries[NUMBER_SIZE];
    size_t count = 0;

    (void)snprintf(tries, sizeof tries, "%u", 1 + login->given->options->retry - dialogue->tried);
    cs_values_set(&values, 'L', tries);
    bool answered = dialogue->tried > 0 && dialogue->tried != dialogue->missed;

    if (answered)
        keys[count++] = CS_TEXT_NOT_ACCEPTED;
    /* That there is no key here was said the first time; the others are said once. */
    if (!answered || saying->found != CS_U2F_FOUND_NO_KEY)
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
static enum cs_err say_before_request(const struct cs_u2f_dialogue *dialogue,
                                      const struct saying *saying, struct cs_buffer *out,
                                      struct cs_error *error)
{
    enum cs_err result = say_prompt(dialogue, saying, out, error);

    if (result == CS_OK && (out->length == 0 || strchr(" \n", out->text[out->length - 1]) == NULL))
        cs_buffer_text(out, " ");
    return result == CS_OK && out->failed ? cs_fail_nomem(error) : result;
}

/* Bytes of such a prompt without its request. */
static enum cs_err measure(const struct cs_u2f_dialogue *dialogue, const struct saying *saying,
                           size_t *ret_bytes, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    enum cs_err result = say_before_request(dialogue, saying, &text, error);

    *ret_bytes = text.length + sizeof AFTER_REQUEST - 1;
    return result;
}

/* A challenge whose request fits into a prompt with these texts. With `rounds` it may leave keys to
 * further ones. */
static enum cs_err renew_fitting(struct cs_u2f_dialogue *dialogue, const struct saying *saying,
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
static enum cs_err make_prompt(struct cs_u2f_dialogue *dialogue, struct saying *saying, bool rounds,
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
static enum cs_err ask_once(struct cs_u2f_dialogue *dialogue, struct saying saying, bool rounds,
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

enum cs_err cs_u2f_ask_with_request(struct cs_u2f_dialogue *dialogue, enum cs_u2f_found found,
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
 * one after a missed touch, because programs repeat a failed login by themselves. */
enum cs_err cs_u2f_tell_to_touch(struct cs_u2f_dialogue *dialogue, struct cs_secret *ret_typed,
                                 struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    enum cs_err result;

    if (dialogue->untouched)
        return cs_u2f_ask_with_request(dialogue, CS_U2F_FOUND_KEY, CS_TEXT_U2F_ENTER, ret_typed,
                                       error);
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

/* What the login and the key still take. */
static unsigned pin_tries(const struct cs_u2f_dialogue *dialogue)
{
    unsigned tries = 1 + dialogue->login->given->options->retry - dialogue->tried;
    int key = dialogue->pin_tries - CS_U2F_PIN_TRIES_KEPT;

    return key > 0 && (unsigned)key < tries ? (unsigned)key : tries;
}

enum cs_err cs_u2f_ask_pin(const struct cs_u2f_dialogue *dialogue, struct cs_u2f_pin *pin,
                           struct cs_error *error)
{
    static const enum cs_text texts[] = {CS_TEXT_U2F_PIN_WRONG, CS_TEXT_U2F_PIN};
    const struct cs_method_login *login = dialogue->login;
    bool again = dialogue->tried > 0 && dialogue->refused_at == dialogue->tried;
    size_t first = again ? 0 : 1;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    struct cs_values values = {0};
    char tries[NUMBER_SIZE];

    (void)snprintf(tries, sizeof tries, "%u", pin_tries(dialogue));
    cs_values_set(&values, 'L', tries);
    cs_say_prompt(login->given->book, texts + first, CS_ARRAY_SIZE(texts) - first, &values,
                  &prompt);
    return prompt.failed ? cs_fail_nomem(error)
                         : cs_ask(login->given->channel, prompt.text, false, &pin->text, error);
}
