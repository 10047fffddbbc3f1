/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the keys to ask: to sign, those that know a handle; to register, those that know none.
 * None of this needs a touch. Each handle is asked about alone, because some keys take no more, and
 * libfido2 does not heed that. */
#include "base/clock.h"
#include "u2f/pin.h"
#include "u2f/touch_priv.h"

enum { ABSENT = -1, LOOK_EXCHANGE_MS = 4000 };

/* The first look gets a moment even after the deadline, so that it can tell which keys are
 * there. */
static void begin_look(struct cs_u2f_work *work)
{
    int64_t moment = cs_clock_ms() + CS_U2F_LOOK_MS;

    if (work->look_until == 0)
        work->look_until = work->deadline > moment ? work->deadline : moment;
}

bool cs_u2f_may_look(const struct cs_u2f_work *work)
{
    return cs_clock_left(work->look_until) > 0 && cs_u2f_cancelled(work->touch, 0, NULL) == CS_OK;
}

enum cs_u2f_verification cs_u2f_demanded(const struct cs_u2f_work *work, size_t handle)
{
    if (work->purpose == CS_U2F_AUTHENTICATE && work->touch->handles[handle].must_verify)
        return CS_U2F_REQUIRED;
    return work->touch->verification;
}

struct cs_u2f_question cs_u2f_question_about(const struct cs_u2f_work *work, size_t handle)
{
    const struct cs_u2f_touch *touch = work->touch;

    return (struct cs_u2f_question){.app_id = touch->app_id,
                                    .client_hash = touch->client_hash,
                                    .handles = touch->handles + handle,
                                    .handle_count = 1,
                                    .user = touch->user ? touch->user : "",
                                    .attestation = touch->attestation,
                                    .deadline = work->deadline,
                                    .cancel_fd = touch->cancel_fd};
}

/* Whether the key knows the handle, in U2F. */
static enum cs_err check_u2f(struct cs_u2f_work *work, unsigned key, size_t handle, bool *ret_knows,
                             struct cs_error *error)
{
    const struct cs_u2f_touch *touch = work->touch;
    enum cs_u2f_reply reply = CS_U2F_REPLY_UNKNOWN_HANDLE;
    struct cs_u2f_apdu apdu;
    enum cs_err result =
        cs_u2f_apdu_authenticate(CS_U2F_CHECK_ONLY, touch->client_hash, touch->app_hash,
                                 &touch->handles[handle], &apdu, error);

    if (result == CS_OK)
        result = cs_u2f_exchange(work, key, &apdu, &reply, error);
    *ret_knows = reply == CS_U2F_REPLY_TOUCH;
    return result;
}

/* ... in FIDO2. A key that always verifies does not say without its PIN: it may be the one. */
static enum cs_err check_fido2(struct cs_u2f_work *work, unsigned key, size_t handle,
                               bool *ret_knows, struct cs_error *error)
{
    struct cs_u2f_question question = cs_u2f_question_about(work, handle);
    enum cs_u2f_outcome outcome = CS_U2F_UNKNOWN_HANDLE;
    struct cs_u2f_assertion assertion;
    enum cs_err result;

    question.untouched = true;
    question.deadline = cs_clock_ms() + LOOK_EXCHANGE_MS;
    result = work->touch->transport->fido2->sign(work->transport, key, &question, &outcome,
                                                 &assertion, error);
    *ret_knows = outcome == CS_U2F_DONE;
    work->keys[key].uncertain = outcome == CS_U2F_PIN_NEEDED;
    if (result == CS_OK && outcome == CS_U2F_NOT_TOUCHED)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key does not answer");
    return result;
}

/* Whether the key can verify as the handle demands; a key that cannot is remembered. */
static bool is_able(struct cs_u2f_work *work, const struct cs_u2f_candidate *key, bool fido2,
                    size_t handle)
{
    bool able = cs_u2f_demanded(work, handle) != CS_U2F_REQUIRED ||
                (fido2 && (key->traits.pin_set || key->traits.itself));

    work->unable |= !able;
    return able;
}

/* Finds the handle that the key knows in one of the protocols; *ret_handle is ABSENT if it knows
 * none or time is up. */
static enum cs_err find_handle(struct cs_u2f_work *work, unsigned key, bool fido2, long *ret_handle,
                               struct cs_error *error)
{
    struct cs_u2f_candidate *candidate = &work->keys[key];
    bool registers = work->purpose == CS_U2F_REGISTER;

    *ret_handle = ABSENT;
    for (size_t i = 0; i < work->touch->handle_count && !candidate->uncertain; i++) {
        bool knows = false;
        enum cs_err result;

        if (!cs_u2f_may_look(work)) {
            work->unseen = true;
            return CS_OK;
        }
        result = fido2 ? check_fido2(work, key, i, &knows, error)
                       : check_u2f(work, key, i, &knows, error);
        if (result != CS_OK)
            return result;
        if (knows && (registers || is_able(work, candidate, fido2, i))) {
            *ret_handle = (long)i;
            return CS_OK;
        }
    }
    return CS_OK;
}

/* In FIDO2 if the key speaks it, also for handles that it made in U2F: both sign the same. A key
 * may know some only in U2F. */
static enum cs_err examine(struct cs_u2f_work *work, unsigned key, long *ret_handle,
                           struct cs_error *error)
{
    struct cs_u2f_candidate *candidate = &work->keys[key];
    bool both = candidate->traits.fido2 && candidate->traits.u2f;
    enum cs_err result;

    candidate->fido2 = candidate->traits.fido2;
    result = find_handle(work, key, candidate->fido2, ret_handle, error);
    if (result != CS_OK || !both || *ret_handle != ABSENT || candidate->uncertain || work->unseen)
        return result;
    result = find_handle(work, key, false, ret_handle, error);
    if (*ret_handle != ABSENT)
        candidate->fido2 = false;
    return result;
}

static struct cs_u2f_traits traits_of(const struct cs_u2f_work *work, unsigned key)
{
    const struct cs_u2f_touch *touch = work->touch;
    struct cs_u2f_traits traits = {.u2f = true};

    if (touch->transport->traits != NULL)
        traits = touch->transport->traits(work->transport, key);
    if (work->purpose == CS_U2F_REGISTER && !touch->fido2)
        traits.fido2 = false;
    return traits;
}

static void choose(struct cs_u2f_work *work, unsigned key, struct cs_error *error)
{
    struct cs_u2f_candidate *candidate = &work->keys[key];
    bool registers = work->purpose == CS_U2F_REGISTER;
    long handle = ABSENT;

    *candidate = (struct cs_u2f_candidate){.traits = traits_of(work, key)};
    if (!candidate->traits.fido2 && !candidate->traits.u2f) {
        work->mute = true;
        return;
    }
    if (examine(work, key, &handle, error) != CS_OK) {
        work->failed = true;
        return;
    }
    candidate->asked = !work->unseen && (candidate->uncertain || (handle != ABSENT) != registers);
    if (candidate->asked && registers)
        candidate->asked = is_able(work, candidate, candidate->fido2, 0);
    candidate->handle = handle == ABSENT ? 0 : (size_t)handle;
    work->asked += candidate->asked;
}

enum cs_err cs_u2f_look_for_keys(struct cs_u2f_work *work, struct cs_error *error)
{
    enum cs_err result = cs_u2f_cancelled(work->touch, 0, error);

    work->count = work->asked = 0;
    work->failed = work->unseen = work->unable = work->mute = false;
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
    return work->unseen ? cs_u2f_cancelled(work->touch, 0, error) : CS_OK;
}

enum cs_err cs_u2f_nobody(const struct cs_u2f_work *work, bool pulled_out, struct cs_error *error)
{
    if (work->unable)
        return cs_fail(error, CS_ERR_CONFIG,
                       "a PIN or a fingerprint is demanded, and the security key has neither, or "
                       "speaks U2F only: " CS_U2F_PIN_REMEDY ", then %s again",
                       work->purpose == CS_U2F_REGISTER ? "register" : "log in");
    if (work->mute)
        return cs_fail(error, CS_ERR_UNSUPPORTED,
                       "the security key has U2F switched off, and this request is for U2F; make "
                       "one without --u2f-only");
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
