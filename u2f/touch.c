/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/touch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "u2f/device.h"

enum {
    PAUSE_MS = 200,
    ABSENT = -1,
    RETRIES = 1, /* looks allowed after a key failed; restored after a round in which none did */
};

/* One key in this round. */
struct candidate {
    bool asked; /* waiting for a touch */
    size_t handle;
};

struct work {
    const struct cs_u2f_touch *touch;
    enum cs_u2f_purpose purpose;
    struct cs_u2f_transport *transport;
    struct candidate keys[CS_U2F_KEYS_MAX];
    unsigned count; /* keys plugged in */
    unsigned asked; /* how many of them are asked */
    bool failed;    /* a key failed since the last look */
    bool unseen;    /* there was no time to examine all of them */
    int64_t look_until;
    unsigned retries; /* looks left after a key failed */
    /* the touched key's reply */
    unsigned char reply[CS_U2F_REPLY_ROOM];
    size_t length;
    size_t handle;
};

static enum cs_err exchange(struct work *work, unsigned key, const struct cs_u2f_apdu *apdu,
                            enum cs_u2f_reply *ret_reply, struct cs_error *error)
{
    size_t length = sizeof work->reply;
    enum cs_err result = work->touch->transport->exchange(
        work->transport, key, apdu->bytes, apdu->length, work->reply, &length, error);

    if (result == CS_OK)
        result = cs_u2f_read_reply(work->reply, length, ret_reply, &work->length, error);
    return result;
}

static enum cs_err cancelled(const struct cs_u2f_touch *touch, int milliseconds,
                             struct cs_error *error)
{
    struct pollfd entry = {.fd = touch->cancel_fd, .events = POLLIN};
    int ready = poll(&entry, 1, milliseconds);

    if (ready > 0)
        return cs_fail(error, CS_ERR_CANCELLED, "nobody is waiting for the key any more");
    if (ready < 0 && errno != EINTR)
        return cs_fail_errno(error, "poll");
    return CS_OK;
}

static bool is_over(const struct cs_u2f_touch *touch)
{
    return cs_clock_left(touch->deadline) == 0 || cancelled(touch, 0, NULL) != CS_OK;
}

/* ---- which keys to ask ---- */

/* The first look gets a moment even after the deadline, so that it can tell which keys are
 * there. */
static void begin_look(struct work *work)
{
    int64_t moment = cs_clock_ms() + CS_U2F_LOOK_MS;

    if (work->look_until == 0)
        work->look_until = work->touch->deadline > moment ? work->touch->deadline : moment;
}

static bool may_look(const struct work *work)
{
    return cs_clock_left(work->look_until) > 0 && cancelled(work->touch, 0, NULL) == CS_OK;
}

/* Finds the handle that the key knows; *ret_handle is ABSENT if it knows none or time is up. */
static enum cs_err find_handle(struct work *work, unsigned key, long *ret_handle,
                               struct cs_error *error)
{
    const struct cs_u2f_touch *touch = work->touch;

    *ret_handle = ABSENT;
    for (size_t i = 0; i < touch->handle_count; i++) {
        enum cs_u2f_reply reply = CS_U2F_REPLY_UNKNOWN_HANDLE;
        struct cs_u2f_apdu apdu;
        enum cs_err result;

        if (!may_look(work)) {
            work->unseen = true;
            return CS_OK;
        }
        result = cs_u2f_apdu_authenticate(CS_U2F_CHECK_ONLY, touch->client_hash, touch->app_hash,
                                          &touch->handles[i], &apdu, error);
        if (result == CS_OK)
            result = exchange(work, key, &apdu, &reply, error);
        if (result != CS_OK)
            return result;
        if (reply == CS_U2F_REPLY_TOUCH) {
            *ret_handle = (long)i;
            return CS_OK;
        }
    }
    return CS_OK;
}

static void choose(struct work *work, unsigned key, struct cs_error *error)
{
    bool wanted = work->purpose == CS_U2F_AUTHENTICATE;
    long handle;

    work->keys[key] = (struct candidate){0};
    if (find_handle(work, key, &handle, error) != CS_OK) {
        work->failed = true;
        return;
    }
    work->keys[key].asked = !work->unseen && (handle != ABSENT) == wanted;
    work->keys[key].handle = handle == ABSENT ? 0 : (size_t)handle;
    work->asked += work->keys[key].asked;
}

static enum cs_err look_for_keys(struct work *work, struct cs_error *error)
{
    enum cs_err result = cancelled(work->touch, 0, error);

    work->count = work->asked = 0;
    work->failed = work->unseen = false;
    if (result == CS_OK)
        result = work->touch->transport->discover(work->transport, &work->count, error);
    if (result != CS_OK)
        return result;
    begin_look(work);
    if (work->count > CS_U2F_KEYS_MAX)
        work->count = CS_U2F_KEYS_MAX;
    for (unsigned i = 0; i < work->count; i++) {
        choose(work, i, error);
        if (work->unseen)
            work->count = i + 1;
    }
    return work->unseen ? cancelled(work->touch, 0, error) : CS_OK;
}

/* Says why nobody can be asked for a touch. */
static enum cs_err nobody(const struct work *work, bool pulled_out, struct cs_error *error)
{
    if (work->failed || work->unseen)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key does not answer");
    if (work->count == 0 && pulled_out)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key was pulled out");
    if (work->count == 0)
        return cs_fail(error, CS_ERR_NOT_FOUND, "no security key is plugged in");
    return cs_fail(error, CS_ERR_INPUT,
                   work->purpose == CS_U2F_REGISTER
                       ? "the security key that is plugged in is enrolled already"
                       : "the security key that is plugged in is not enrolled");
}

/* ---- rounds ---- */

static enum cs_err ask_key(struct work *work, unsigned key, enum cs_u2f_reply *ret_reply,
                           struct cs_error *error)
{
    const struct cs_u2f_touch *touch = work->touch;
    struct cs_u2f_apdu apdu;
    enum cs_err result = CS_OK;

    work->handle = work->keys[key].handle;
    if (work->purpose == CS_U2F_REGISTER)
        cs_u2f_apdu_register(touch->client_hash, touch->app_hash, &apdu);
    else
        result = cs_u2f_apdu_authenticate(CS_U2F_SIGN, touch->client_hash, touch->app_hash,
                                          &touch->handles[work->handle], &apdu, error);
    return result == CS_OK ? exchange(work, key, &apdu, ret_reply, error) : result;
}

/* True if a key was touched. A key that fails is not asked again before the next look for all
 * keys. */
static bool ask_all(struct work *work, struct cs_error *error)
{
    unsigned asked = work->asked;

    for (unsigned i = 0; i < work->count; i++) {
        enum cs_u2f_reply reply = CS_U2F_REPLY_TOUCH;

        if (!work->keys[i].asked)
            continue;
        if (is_over(work->touch))
            break;
        if (ask_key(work, i, &reply, error) != CS_OK) {
            work->failed = true;
            work->keys[i].asked = false;
            work->asked--;
        } else if (reply == CS_U2F_REPLY_DATA) {
            return true;
        }
    }
    if (work->asked == asked)
        work->retries = RETRIES;
    return false;
}

static enum cs_err pause_round(const struct cs_u2f_touch *touch, struct cs_error *error)
{
    int left = cs_clock_left(touch->deadline);

    return cancelled(touch, left < PAUSE_MS ? left : PAUSE_MS, error);
}

/* Looks for the keys when that may help: at first, after one failed, and while the right one may
 * still be plugged in. */
static enum cs_err prepare_round(struct work *work, bool *pulled_out, struct cs_error *error)
{
    enum cs_err result;

    if (work->asked > 0)
        return CS_OK;
    *pulled_out |= work->failed;
    result = look_for_keys(work, error);
    if (result != CS_OK || work->asked > 0)
        return result;
    if (work->failed && work->retries > 0 && may_look(work)) {
        work->retries--;
        result = look_for_keys(work, error);
    }
    if (result == CS_OK && work->asked == 0)
        result = nobody(work, *pulled_out, error);
    return result;
}

static enum cs_err run_rounds(struct work *work, struct cs_error *error)
{
    const struct cs_u2f_touch *touch = work->touch;
    bool pulled_out = false;

    for (;;) {
        enum cs_err prepared = prepare_round(work, &pulled_out, error), result = prepared;
        bool over = cs_clock_left(touch->deadline) == 0;

        if (result != CS_OK && (!touch->wait_for_key || over))
            return result;
        if (over)
            return cs_fail(error, CS_ERR_TIMEOUT, "the security key was not touched in time");
        if (result == CS_OK && ask_all(work, error))
            return CS_OK;
        if (result == CS_OK && work->failed && work->asked == 0 && !touch->wait_for_key &&
            work->retries-- == 0)
            return nobody(work, true, error);
        result = pause_round(touch, error);
        if (result != CS_OK)
            return result;
        /* There is no time for another look to find out why. */
        if (prepared != CS_OK && cs_clock_left(touch->deadline) == 0)
            return prepared;
    }
}

static enum cs_err run(struct work *work, struct cs_error *error)
{
    const struct cs_u2f_transport_ops *transport = work->touch->transport;
    enum cs_err result = transport->open(&work->transport, error);

    if (result != CS_OK)
        return result;
    result = run_rounds(work, error);
    transport->close(work->transport);
    return result;
}

enum cs_err cs_u2f_touch_authenticate(const struct cs_u2f_touch *touch, size_t *ret_handle,
                                      struct cs_u2f_assertion *ret_assertion,
                                      struct cs_error *error)
{
    struct work work = {.touch = touch, .purpose = CS_U2F_AUTHENTICATE, .retries = RETRIES};
    enum cs_err result = run(&work, error);

    if (result != CS_OK)
        return result;
    if (cs_u2f_read_assertion(work.reply, work.length, ret_assertion, NULL) != CS_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key sent an invalid answer");
    *ret_handle = work.handle;
    return CS_OK;
}

enum cs_err cs_u2f_touch_register(const struct cs_u2f_touch *touch,
                                  unsigned char ret_data[CS_U2F_REGISTRATION_MAX],
                                  size_t *ret_length, struct cs_error *error)
{
    struct work work = {.touch = touch, .purpose = CS_U2F_REGISTER, .retries = RETRIES};
    enum cs_err result = run(&work, error);

    if (result != CS_OK)
        return result;
    if (work.length == 0 || work.length > CS_U2F_REGISTRATION_MAX)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key sent an invalid answer");
    memcpy(ret_data, work.reply, work.length);
    *ret_length = work.length;
    return CS_OK;
}
