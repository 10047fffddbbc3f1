/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/device_fido2_key.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "u2f/device_fido2_key_priv.h"

enum {
    BUSY_PAUSE_MS = 100,
    CANCEL_MS = 500,   /* in which a key must answer that it stopped waiting */
    LOOK_MS = 4000,    /* for a request that needs no touch */
    SIGNED_BYTES = 37, /* authenticator data of an assertion: CTAP 2.1, 6.1, without extensions */
    CBOR_HEAD = 2,     /* before them in libfido2: 58 25 */
};

/* Status codes of CTAP 2.1, 8.2. Keys differ in how they refuse a handle that cannot be theirs. */
static const struct {
    int code;
    enum cs_u2f_outcome outcome;
} outcomes[] = {
    {FIDO_OK, CS_U2F_DONE},
    {FIDO_ERR_NO_CREDENTIALS, CS_U2F_UNKNOWN_HANDLE},
    {FIDO_ERR_INVALID_CREDENTIAL, CS_U2F_UNKNOWN_HANDLE},
    {FIDO_ERR_INVALID_LENGTH, CS_U2F_UNKNOWN_HANDLE},
    {FIDO_ERR_LIMIT_EXCEEDED, CS_U2F_UNKNOWN_HANDLE},
    {FIDO_ERR_REQUEST_TOO_LARGE, CS_U2F_UNKNOWN_HANDLE},
    {FIDO_ERR_CREDENTIAL_EXCLUDED, CS_U2F_EXCLUDED},
    {FIDO_ERR_OPERATION_DENIED, CS_U2F_NOT_TOUCHED},
    {FIDO_ERR_USER_ACTION_TIMEOUT, CS_U2F_NOT_TOUCHED},
    {FIDO_ERR_ACTION_TIMEOUT, CS_U2F_NOT_TOUCHED},
    {FIDO_ERR_KEEPALIVE_CANCEL, CS_U2F_NOT_TOUCHED},
    {FIDO_ERR_PIN_REQUIRED, CS_U2F_PIN_NEEDED},
    {FIDO_ERR_PIN_INVALID, CS_U2F_PIN_REFUSED},
    {FIDO_ERR_PIN_AUTH_BLOCKED, CS_U2F_PIN_RESTS},
    {FIDO_ERR_PIN_BLOCKED, CS_U2F_PIN_BLOCKED},
    {FIDO_ERR_PIN_NOT_SET, CS_U2F_PIN_MISSING},
    {FIDO_ERR_PIN_POLICY_VIOLATION, CS_U2F_PIN_STALE},
    {FIDO_ERR_UV_INVALID, CS_U2F_NOT_RECOGNISED},
    {FIDO_ERR_UV_BLOCKED, CS_U2F_ITSELF_BLOCKED},
};

static struct cs_fido2_io *io_of(fido_dev_t *dev)
{
    return fido_dev_io_handle(dev);
}

void cs_fido2_allow(fido_dev_t *dev, int64_t deadline, int cancel_fd)
{
    struct cs_fido2_io *io = io_of(dev);

    io->deadline = deadline;
    io->cancel_fd = cancel_fd;
    io->ended = CS_OK;
}

bool cs_fido2_again(fido_dev_t *dev)
{
    const struct cs_fido2_io *io = io_of(dev);

    if (io->ended != CS_ERR_RESTING || cs_clock_left(io->deadline) <= BUSY_PAUSE_MS)
        return false;
    (void)poll(NULL, 0, BUSY_PAUSE_MS);
    return true;
}

/* The key answers that it was cancelled; unread, that would be the answer to the next request. */
void cs_fido2_end_touch(fido_dev_t *dev)
{
    int touched = 0;

    cs_fido2_allow(dev, cs_clock_ms() + CANCEL_MS, -1);
    if (fido_dev_cancel(dev) == FIDO_OK &&
        fido_dev_get_touch_status(dev, &touched, CANCEL_MS) != FIDO_OK)
        return; /* its answer was an error, as it should be */
}

/* Without an answer from the key. */
static enum cs_err explain_silence(fido_dev_t *dev, enum cs_u2f_outcome *ret_outcome,
                                   struct cs_error *error)
{
    enum cs_err why = io_of(dev)->ended;

    if (why == CS_ERR_TIMEOUT || why == CS_ERR_CANCELLED)
        cs_fido2_end_touch(dev);
    if (why == CS_ERR_CANCELLED)
        return cs_fail(error, why, "nobody is waiting for the key any more");
    if (why == CS_ERR_RESTING)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "another program is using the security key");
    if (why != CS_ERR_TIMEOUT)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "the security key was pulled out or does not answer");
    *ret_outcome = CS_U2F_NOT_TOUCHED;
    return CS_OK;
}

enum cs_err cs_fido2_settle(fido_dev_t *dev, int result, enum cs_u2f_outcome *ret_outcome,
                            struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(outcomes); i++) {
        if (outcomes[i].code == result) {
            *ret_outcome = outcomes[i].outcome;
            return CS_OK;
        }
    }
    if ((result == FIDO_ERR_RX || result == FIDO_ERR_TX) && io_of(dev)->ended != CS_OK)
        return explain_silence(dev, ret_outcome, error);
    return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key reports %s (0x%02x)",
                   fido_strerr(result), (unsigned)result);
}

/* ---- signing ---- */

static int fill(fido_assert_t *assert, const struct cs_u2f_question *question)
{
    const struct cs_u2f_handle *handle = question->handles;
    int result = fido_assert_set_rp(assert, question->app_id);

    if (result == FIDO_OK)
        result = fido_assert_set_clientdata_hash(assert, question->client_hash, CS_U2F_HASH_BYTES);
    if (result == FIDO_OK)
        result = fido_assert_allow_cred(assert, handle->bytes, handle->length);
    if (result == FIDO_OK && question->untouched)
        result = fido_assert_set_up(assert, FIDO_OPT_FALSE);
    if (result == FIDO_OK && question->itself)
        result = fido_assert_set_uv(assert, FIDO_OPT_TRUE);
    return result;
}

/* The verifier makes up the signed bytes from flags and counter, so there may be no others. */
static enum cs_err read_assertion(const fido_assert_t *assert,
                                  struct cs_u2f_assertion *ret_assertion, struct cs_error *error)
{
    size_t length = fido_assert_sig_len(assert, 0);

    if (fido_assert_count(assert) != 1 || length < CS_U2F_SIGNATURE_MIN ||
        length > CS_U2F_SIGNATURE_MAX ||
        fido_assert_authdata_len(assert, 0) != CBOR_HEAD + SIGNED_BYTES)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key sent an invalid answer");
    ret_assertion->flags = fido_assert_flags(assert, 0);
    ret_assertion->counter = fido_assert_sigcount(assert, 0);
    ret_assertion->signature_length = length;
    memcpy(ret_assertion->signature, fido_assert_sig_ptr(assert, 0), length);
    return CS_OK;
}

enum cs_err cs_fido2_sign(fido_dev_t *dev, const struct cs_u2f_question *question,
                          enum cs_u2f_outcome *ret_outcome, struct cs_u2f_assertion *ret_assertion,
                          struct cs_error *error)
{
    fido_assert_t *assert = fido_assert_new();
    enum cs_err result = CS_OK;
    int answer;

    if (assert == NULL)
        return cs_fail_nomem(error);
    answer = fill(assert, question);
    cs_fido2_allow(dev, question->deadline, question->cancel_fd);
    if (answer == FIDO_OK) {
        do
            answer = fido_dev_get_assert(dev, assert, question->pin);
        while (answer != FIDO_OK && cs_fido2_again(dev));
    }
    result = cs_fido2_settle(dev, answer, ret_outcome, error);
    if (result == CS_OK && *ret_outcome == CS_U2F_DONE)
        result = read_assertion(assert, ret_assertion, error);
    fido_assert_free(&assert);
    return result;
}

/* ---- which of several keys ---- */

enum cs_err cs_fido2_begin_touch(fido_dev_t *dev, struct cs_error *error)
{
    enum cs_u2f_outcome outcome;

    cs_fido2_allow(dev, cs_clock_ms() + LOOK_MS, -1);
    return cs_fido2_settle(dev, fido_dev_get_touch_begin(dev), &outcome, error);
}

enum cs_err cs_fido2_look_touched(fido_dev_t *dev, bool *ret_touched,
                                  enum cs_u2f_outcome *ret_outcome, struct cs_error *error)
{
    int touched = 0, result;

    cs_fido2_allow(dev, cs_clock_ms() + LOOK_MS, -1);
    result = fido_dev_get_touch_status(dev, &touched, 0);
    *ret_touched = touched != 0;
    *ret_outcome = CS_U2F_DONE;
    if (result != FIDO_OK)
        return cs_fido2_settle(dev, result, ret_outcome, error);
    /* libfido2 takes a key that is gone for one that waits. */
    if (io_of(dev)->ended == CS_ERR_UNAVAILABLE)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key was pulled out");
    return CS_OK;
}

int cs_fido2_tries_left(fido_dev_t *dev)
{
    int left = -1;

    cs_fido2_allow(dev, cs_clock_ms() + LOOK_MS, -1);
    return fido_dev_get_retry_count(dev, &left) == FIDO_OK ? left : -1;
}

/* CTAP 2.1, section 6.4, makeCredUvNotRqd: absent stands for false. */
bool cs_fido2_registers_with_pin(fido_dev_t *dev)
{
    fido_cbor_info_t *info = fido_cbor_info_new();
    bool demands = false;

    cs_fido2_allow(dev, cs_clock_ms() + LOOK_MS, -1);
    if (info != NULL && fido_dev_get_cbor_info(dev, info) == FIDO_OK) {
        char **names = fido_cbor_info_options_name_ptr(info);
        const bool *values = fido_cbor_info_options_value_ptr(info);

        demands = true;
        for (size_t i = 0; i < fido_cbor_info_options_len(info); i++) {
            if (strcmp(names[i], "makeCredUvNotRqd") == 0)
                demands = !values[i];
        }
    }
    fido_cbor_info_free(&info);
    return demands;
}
