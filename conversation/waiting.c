/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/waiting.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "conversation/answer.h"
#include "conversation/lines.h"
#include "conversation/tell.h"

enum {
    /* Between two lines of text. sshd from 10.4 on pads exchanges that end within 5 s, and counts
     * from when it sent the text: a little earlier than we do. */
    COUNTDOWN_MS = 6000,
    ENTER_MS = 5000, /* how long to poll after "press Enter" before asking again */
};

static void fill_values(const struct cs_waiting *waiting, struct cs_values *values)
{
    cs_values_set(values, 'D', waiting->device);
    cs_values_set(values, 'N', waiting->device);
    cs_values_set(values, 'C', waiting->correlation);
    cs_values_set(values, 'W', waiting->url);
}

static enum cs_text approve_text(const struct cs_waiting *waiting)
{
    if (waiting->place == CS_PLACE_BROWSER)
        return CS_TEXT_BROWSER_PROMPT;
    if (waiting->correlation != NULL)
        return waiting->compares ? CS_TEXT_PHONE_WORD : CS_TEXT_DEVICE_NUMBER;
    return waiting->place == CS_PLACE_PHONE ? CS_TEXT_PHONE_PROMPT : CS_TEXT_DEVICE_PROMPT;
}

/* Polls until `until`; *ret_state stays pending if nothing is decided by then. The waits between
 * two polls are the poll's if it can wait, and the channel's otherwise. The last poll is always
 * made at `until`. */
static enum cs_err poll_until(struct cs_channel *channel, const struct cs_waiting *waiting,
                              int64_t until, enum cs_wait_state *ret_state, struct cs_error *error)
{
    struct cs_hold hold = {0};

    for (;;) {
        enum cs_err result;
        int64_t next;

        hold.until = until;
        hold.asked = hold.waits ? hold.asked : cs_clock_ms();
        result = waiting->poll(waiting->context, &hold, ret_state, error);
        if (result != CS_OK || *ret_state != CS_WAIT_PENDING || cs_clock_ms() >= until)
            return result;
        /* From the start of the poll, which may have changed the interval. */
        next = cs_hold_next(hold.asked, waiting->poll_ms);
        hold.waits = hold.waits && next <= until;
        if (!hold.waits)
            result = cs_channel_wait(channel, next < until ? next : until, error);
        if (result != CS_OK)
            return result;
    }
}

CS_OWN_FRAME static enum cs_err wait_live(struct cs_channel *channel,
                                          const struct cs_phrasebook *book,
                                          const struct cs_waiting *waiting,
                                          enum cs_wait_state *ret_state, struct cs_error *error)
{
    struct cs_values values = {0};
    char seconds[16];
    enum cs_err result;

    fill_values(waiting, &values);
    result = cs_tell_text(channel, book, approve_text(waiting), &values, error);
    while (result == CS_OK) {
        int64_t until = cs_clock_ms() + COUNTDOWN_MS;

        result = poll_until(channel, waiting, until < waiting->deadline ? until : waiting->deadline,
                            ret_state, error);
        if (result != CS_OK || *ret_state != CS_WAIT_PENDING ||
            cs_clock_left(waiting->deadline) == 0)
            break;
        (void)snprintf(seconds, sizeof seconds, "%d",
                       (cs_clock_left(waiting->deadline) + 999) / 1000);
        cs_values_set(&values, 'N', seconds);
        result = cs_tell_text(channel, book, CS_TEXT_WAIT_COUNTDOWN, &values, error);
    }
    return result;
}

static void add_enter_prompt(const struct cs_phrasebook *book, const struct cs_waiting *waiting,
                             bool again, struct cs_buffer *out)
{
    struct cs_values values = {0};

    fill_values(waiting, &values);
    if (again)
        cs_say(book, CS_TEXT_WAIT_NOT_YET, &values, out);
    cs_say(book, approve_text(waiting), &values, out);
    cs_end_line(out);
    cs_say(book, CS_TEXT_WAIT_ENTER, &values, out);
}

void cs_waiting_prompt(const struct cs_phrasebook *book, const struct cs_waiting *waiting,
                       bool again, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer own = {0};
    struct cs_phrasebook catalogue = *book;

    add_enter_prompt(book, waiting, again, &own);
    if (own.failed || own.length <= CS_PROMPT_BYTES) {
        cs_buffer_append(out, &own);
        return;
    }
    memset(catalogue.own, 0, sizeof catalogue.own);
    add_enter_prompt(&catalogue, waiting, again, out);
}

static enum cs_err ask_enter(struct cs_channel *channel, const struct cs_phrasebook *book,
                             const struct cs_waiting *waiting, bool again, bool *ret_junk,
                             struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    enum cs_err result;

    cs_waiting_prompt(book, waiting, again, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    result = cs_ask(channel, prompt.text, true, &answer, error);
    *ret_junk = result == CS_OK && cs_answer_kind(&answer) == CS_ANSWER_JUNK;
    return result;
}

/* Long enough for a poll where the provider wants long pauses. */
static int64_t enter_ms(const struct cs_waiting *waiting)
{
    return waiting->poll_ms < ENTER_MS ? ENTER_MS : waiting->poll_ms + CS_HOLD_BEAT_MS;
}

CS_OWN_FRAME static enum cs_err wait_enter(struct cs_channel *channel,
                                           const struct cs_phrasebook *book,
                                           const struct cs_waiting *waiting,
                                           enum cs_wait_state *ret_state, struct cs_error *error)
{
    bool again = false, junk = false;

    while (*ret_state == CS_WAIT_PENDING && cs_clock_left(waiting->deadline) > 0) {
        enum cs_err result = ask_enter(channel, book, waiting, again, &junk, error);
        int64_t until = cs_clock_ms() + enter_ms(waiting);

        if (result != CS_OK)
            return result;
        if (junk) {
            *ret_state = CS_WAIT_JUNK;
            return CS_OK;
        }
        result = poll_until(channel, waiting, until < waiting->deadline ? until : waiting->deadline,
                            ret_state, error);
        if (result != CS_OK)
            return result;
        again = true;
    }
    return CS_OK;
}

/* Says why it ended; every server shows the last text before a refusal. */
static enum cs_err say_outcome(struct cs_channel *channel, const struct cs_phrasebook *book,
                               const struct cs_waiting *waiting, enum cs_wait_state state,
                               struct cs_error *error)
{
    static const enum cs_text denied[] = {CS_TEXT_WAIT_DENIED, CS_TEXT_SIGN_IN_DENIED},
                              expired[] = {CS_TEXT_WAIT_EXPIRED, CS_TEXT_SIGN_IN_EXPIRED};
    bool unnamed = waiting->place != CS_PLACE_DEVICE;
    struct cs_values values = {0};

    fill_values(waiting, &values);
    if (waiting->mode == CS_WAIT_SILENT || (state != CS_WAIT_DENIED && state != CS_WAIT_EXPIRED))
        return CS_OK;
    return cs_tell_text(channel, book, (state == CS_WAIT_DENIED ? denied : expired)[unnamed],
                        &values, error);
}

enum cs_err cs_wait_for_approval(struct cs_channel *channel, const struct cs_phrasebook *book,
                                 const struct cs_waiting *waiting, enum cs_wait_state *ret_state,
                                 struct cs_error *error)
{
    enum cs_err result;

    *ret_state = CS_WAIT_PENDING;
    switch (waiting->mode) {
    case CS_WAIT_LIVE:
        result = wait_live(channel, book, waiting, ret_state, error);
        break;
    case CS_WAIT_ENTER:
        result = wait_enter(channel, book, waiting, ret_state, error);
        break;
    default:
        result = poll_until(channel, waiting, waiting->deadline, ret_state, error);
    }
    if (result != CS_OK)
        return result;
    if (*ret_state == CS_WAIT_PENDING)
        *ret_state = CS_WAIT_EXPIRED;
    return say_outcome(channel, book, waiting, *ret_state, error);
}
