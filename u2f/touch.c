/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/touch.h"

#include <string.h>

#include "base/clock.h"
#include "u2f/touch_priv.h"

enum {
    PAUSE_MS = 200,
    RETRIES = 1, /* looks allowed after a key failed; restored after a round in which none did */
};

static bool is_over(const struct cs_u2f_work *work)
{
    return cs_clock_left(work->deadline) == 0 || cs_u2f_cancelled(work->touch, 0, NULL) != CS_OK;
}

/* ---- rounds ---- */

static enum cs_err ask_u2f(struct cs_u2f_work *work, unsigned key, bool *ret_touched,
                           struct cs_error *error)
{
    const struct cs_u2f_touch *touch = work->touch;
    enum cs_u2f_reply reply = CS_U2F_REPLY_TOUCH;
    struct cs_u2f_apdu apdu;
    enum cs_err result = CS_OK;

    work->handle = work->keys[key].handle;
    if (work->purpose == CS_U2F_REGISTER)
        cs_u2f_apdu_register(touch->client_hash, touch->app_hash, &apdu);
    else
        result = cs_u2f_apdu_authenticate(CS_U2F_SIGN, touch->client_hash, touch->app_hash,
                                          &touch->handles[work->handle], &apdu, error);
    if (result == CS_OK)
        result = cs_u2f_exchange(work, key, &apdu, &reply, error);
    *ret_touched = reply == CS_U2F_REPLY_DATA;
    return result;
}

/* A FIDO2 key that is not alone blinks until it, or another, is chosen. */
static enum cs_err ask_whether_chosen(struct cs_u2f_work *work, unsigned key, bool *ret_touched,
                                      struct cs_error *error)
{
    const struct cs_u2f_fido2_ops *ops = work->touch->transport->fido2;
    struct cs_u2f_candidate *candidate = &work->keys[key];
    enum cs_u2f_outcome outcome = CS_U2F_DONE;
    enum cs_err result = CS_OK;

    if (!candidate->blinking)
        result = ops->begin_touch(work->transport, key, error);
    candidate->blinking = result == CS_OK;
    if (result == CS_OK)
        result = ops->look_touched(work->transport, key, ret_touched, &outcome, error);
    if (result != CS_OK || *ret_touched || outcome != CS_U2F_DONE)
        candidate->blinking = false;
    return result;
}

static void end_blinking(struct cs_u2f_work *work)
{
    for (unsigned i = 0; i < work->count; i++) {
        if (work->keys[i].blinking)
            work->touch->transport->fido2->end_touch(work->transport, i);
        work->keys[i].blinking = false;
    }
}

static void give_up_key(struct cs_u2f_work *work, unsigned key)
{
    work->failed = true;
    work->keys[key].asked = false;
    work->asked--;
}

/* True if a key was touched; it is `work->key`. A key that fails is not asked again before the next
 * look for all keys. */
static bool ask_all(struct cs_u2f_work *work, struct cs_error *error)
{
    unsigned asked = work->asked;

    for (unsigned i = 0; i < work->count; i++) {
        bool touched = false;
        enum cs_err result;

        if (!work->keys[i].asked)
            continue;
        if (is_over(work))
            break;
        work->key = i;
        result = work->keys[i].fido2 ? ask_whether_chosen(work, i, &touched, error)
                                     : ask_u2f(work, i, &touched, error);
        if (result != CS_OK)
            give_up_key(work, i);
        else if (touched)
            return true;
    }
    if (work->asked == asked)
        work->retries = RETRIES;
    return false;
}

/* The only key asked; CS_U2F_KEYS_MAX if there are more, or it is asked in rounds. */
static unsigned alone(const struct cs_u2f_work *work)
{
    for (unsigned i = 0; work->asked == 1 && i < work->count; i++) {
        if (work->keys[i].asked && work->keys[i].fido2)
            return i;
    }
    return CS_U2F_KEYS_MAX;
}

/* One round. *ret_done: there is an answer, or an error that another round would not change. */
static enum cs_err run_round(struct cs_u2f_work *work, bool *ret_done, struct cs_error *error)
{
    unsigned key = alone(work);
    enum cs_err result;

    *ret_done = true;
    if (key == CS_U2F_KEYS_MAX) {
        *ret_done = ask_all(work, error);
        if (!*ret_done || !work->keys[work->key].fido2)
            return CS_OK;
        key = work->key;
    }
    end_blinking(work);
    work->key = key;
    result = cs_u2f_ask_fido2(work, key, error);
    if (result != CS_ERR_UNAVAILABLE || work->pin_sent)
        return result;
    *ret_done = false;
    give_up_key(work, key);
    return CS_OK;
}

static enum cs_err pause_round(const struct cs_u2f_work *work, struct cs_error *error)
{
    int left = cs_clock_left(work->deadline);

    return cs_u2f_cancelled(work->touch, left < PAUSE_MS ? left : PAUSE_MS, error);
}

/* Looks for the keys when that may help: at first, after one failed, and while the right one may
 * still be plugged in. */
static enum cs_err prepare_round(struct cs_u2f_work *work, bool *pulled_out, struct cs_error *error)
{
    enum cs_err result;

    if (work->asked > 0)
        return CS_OK;
    *pulled_out |= work->failed;
    result = cs_u2f_look_for_keys(work, error);
    if (result != CS_OK || work->asked > 0)
        return result;
    if (work->failed && work->retries > 0 && cs_u2f_may_look(work)) {
        work->retries--;
        result = cs_u2f_look_for_keys(work, error);
    }
    if (result == CS_OK && work->asked == 0)
        result = cs_u2f_nobody(work, *pulled_out, error);
    return result;
}

/* The right key is there, but time is up. */
static enum cs_err too_late(const struct cs_u2f_work *work, struct cs_error *error)
{
    unsigned key = alone(work);
    int left;

    if (key != CS_U2F_KEYS_MAX && cs_u2f_needs_pin(work, key)) {
        enum cs_err result = cs_u2f_check_tries(work, key, &left, error);

        return result != CS_OK
                   ? result
                   : cs_fail(error, CS_ERR_CANNOT_ASK, "the security key will demand its PIN");
    }
    return cs_fail(error, CS_ERR_TIMEOUT, "the security key was not touched in time");
}

static enum cs_err run_rounds(struct cs_u2f_work *work, struct cs_error *error)
{
    const struct cs_u2f_touch *touch = work->touch;
    bool pulled_out = false;

    for (;;) {
        enum cs_err prepared = prepare_round(work, &pulled_out, error), result = prepared;
        bool over = cs_clock_left(work->deadline) == 0, done = false;

        if (result != CS_OK && (!touch->wait_for_key || over || result == CS_ERR_CONFIG ||
                                result == CS_ERR_UNSUPPORTED))
            return result;
        if (over)
            return too_late(work, error);
        if (result == CS_OK)
            result = run_round(work, &done, error);
        if (done)
            return result;
        if (result == CS_OK && work->failed && work->asked == 0 && !touch->wait_for_key &&
            work->retries-- == 0)
            return cs_u2f_nobody(work, true, error);
        result = pause_round(work, error);
        if (result != CS_OK)
            return result;
        /* There is no time for another look to find out why. */
        if (prepared != CS_OK && cs_clock_left(work->deadline) == 0)
            return prepared;
    }
}

static enum cs_err run(struct cs_u2f_work *work, struct cs_error *error)
{
    const struct cs_u2f_transport_ops *transport = work->touch->transport;
    enum cs_err result = transport->open(&work->transport, error);

    if (result != CS_OK)
        return result;
    work->deadline = work->touch->deadline;
    work->retries = RETRIES;
    result = run_rounds(work, error);
    end_blinking(work);
    transport->close(work->transport);
    return result;
}

enum cs_err cs_u2f_touch_authenticate(const struct cs_u2f_touch *touch, size_t *ret_handle,
                                      struct cs_u2f_assertion *ret_assertion,
                                      struct cs_error *error)
{
    struct cs_u2f_work work = {.touch = touch, .purpose = CS_U2F_AUTHENTICATE};
    enum cs_err result = run(&work, error);

    if (result != CS_OK)
        return result;
    if (!work.keys[work.key].fido2 &&
        cs_u2f_read_assertion(work.reply, work.length, &work.assertion, NULL) != CS_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key sent an invalid answer");
    *ret_assertion = work.assertion;
    *ret_handle = work.handle;
    return CS_OK;
}

enum cs_err cs_u2f_touch_register(const struct cs_u2f_touch *touch,
                                  struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    struct cs_u2f_work work = {.touch = touch, .purpose = CS_U2F_REGISTER};
    enum cs_err result = run(&work, error);

    if (result != CS_OK)
        return result;
    if (work.keys[work.key].fido2) {
        *ret_enrolled = work.enrolled;
        return CS_OK;
    }
    if (work.length == 0 || work.length > CS_U2F_REGISTRATION_MAX)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key sent an invalid answer");
    ret_enrolled->form = CS_U2F_FORM_U2F;
    memcpy(ret_enrolled->data, work.reply, work.length);
    ret_enrolled->length = work.length;
    return CS_OK;
}
