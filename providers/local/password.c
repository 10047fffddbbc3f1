/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing takes long, and a login must never wait for another's hash. So one transaction counts the
 * password as a failure and reads its hash, the comparison runs without the store, and a second
 * transaction settles the result: right takes the failure back. If the first cannot be written,
 * nothing is compared. The second checks the delay and the hash again: a password that was changed
 * meanwhile is not accepted. The number of logins between the two is the number of passwords that
 * may be hashed at once. */
#include "store/password.h"

#include <unistd.h>

#include "base/clock.h"
#include "providers/local/local_priv.h"

enum { HASHES_MIN = 2, HASHES_MAX = 16 };

/* A password's way through its steps. */
struct judging {
    struct cs_trial trial;
    struct cs_secret hash; /* empty: nothing to compare with */
    bool admitted, fits;
    struct cs_outcome outcome;
};

static void wipe_judging(struct judging *judging)
{
    cs_secret_free(&judging->hash);
}

/* The trial within a step's transaction. */
static struct cs_trial *enter(void *context, const struct cs_transaction *transaction)
{
    struct judging *judging = context;

    judging->trial.transaction = *transaction;
    /* Read only now: a login that waited for the lock must not be judged by an earlier time. */
    judging->trial.now = cs_clock_seconds();
    return &judging->trial;
}

/* During a delay nobody waits for a turn just to be told so. */
static enum cs_err look(const struct cs_transaction *transaction, void *context,
                        struct cs_error *error)
{
    struct judging *judging = context;
    const struct cs_trial *trial = enter(judging, transaction);

    return cs_throttle_look(transaction, &trial->tried, trial->now, &judging->admitted, error);
}

/* *ret_hash is empty if the user has no password that may be used; `ret_reason` says why. */
static enum cs_err load(const struct cs_trial *trial, struct cs_secret *ret_hash,
                        enum cs_reason *ret_reason, struct cs_error *error)
{
    struct cs_local_bar bar;
    enum cs_err result =
        cs_local_find_bar(&trial->transaction, trial->user, trial->uid, &bar, error);

    *ret_reason = bar.reason;
    if (result != CS_OK || bar.reason != CS_REASON_NONE)
        return result;
    result = cs_password_load(&trial->transaction, trial->user, ret_hash, error);
    *ret_reason = ret_hash->length > 0 ? CS_REASON_WRONG_PASSWORD : CS_REASON_NO_PASSWORD;
    return result;
}

static enum cs_err count(const struct cs_transaction *transaction, void *context,
                         struct cs_error *error)
{
    struct judging *judging = context;
    struct cs_trial *trial = enter(judging, transaction);
    enum cs_reason reason; /* the second transaction says it */
    enum cs_err result =
        cs_throttle_begin(transaction, &trial->tried, trial->now, &judging->admitted, error);

    return result == CS_OK && judging->admitted ? load(trial, &judging->hash, &reason, error)
                                                : result;
}

/* More would not be faster, and each needs its memory. */
static unsigned hashes_at_once(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (processors < HASHES_MIN)
        return HASHES_MIN;
    return processors < HASHES_MAX ? (unsigned)processors : HASHES_MAX;
}

/* Created for the first password: most installations have none. */
static enum cs_err open_slots(struct cs_local *local, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&local->mutex);
    if (local->hashing.fd < 0)
        result = cs_slots_open(&local->hashing, hashes_at_once(), error);
    pthread_mutex_unlock(&local->mutex);
    return result;
}

static enum cs_err take_turn(struct cs_local *local, const struct cs_call *call,
                             struct cs_error *error)
{
    enum cs_err result = open_slots(local, error);

    return result == CS_OK ? cs_slots_take(&local->hashing, call->deadline, call->cancel_fd,
                                           "checking a password", error)
                           : result;
}

/* Takes as long for a user without a password as for one with. */
static enum cs_err compare(const struct cs_trial *trial, const struct cs_secret *hash,
                           bool *ret_fits, struct cs_error *error)
{
    const char *setting = hash->length > 0 ? hash->data : trial->local->nobodys_setting;
    enum cs_err result = cs_password_fits(trial->attempt->answer, setting, ret_fits, error);

    *ret_fits = *ret_fits && hash->length > 0;
    return result;
}

static bool is_same(const struct cs_secret *a, const struct cs_secret *b)
{
    return a->length == b->length && a->length > 0 && cs_equal_ct(a->data, b->data, a->length);
}

static enum cs_err settle(const struct cs_transaction *transaction, void *context,
                          struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret current = {0};
    struct judging *judging = context;
    const struct cs_trial *trial = enter(judging, transaction);
    struct cs_outcome *outcome = &judging->outcome;
    bool delayed = false;
    enum cs_err result =
        cs_throttle_delayed(transaction, &trial->tried, trial->now, &delayed, error);

    if (result != CS_OK || delayed) /* the reason is there from the start */
        return result;
    result = load(trial, &current, &outcome->reason, error);
    if (result != CS_OK)
        return result;
    if (judging->fits && is_same(&judging->hash, &current)) {
        outcome->judgement = CS_JUDGED_RIGHT;
        outcome->reason = CS_REASON_PASSWORD;
        cs_foresee(trial->attempt, outcome);
        return cs_throttle_succeed(transaction, &trial->tried, trial->now, error);
    }
    cs_foresee(trial->attempt, outcome);
    return cs_throttle_fail(transaction, &trial->tried, trial->now, error);
}

/* Needs a turn. */
static enum cs_err count_and_judge(struct judging *judging, struct cs_local *local,
                                   struct cs_error *error)
{
    enum cs_err result = cs_local_in_store(local, CS_STORE_WRITE, count, judging, error);

    if (result != CS_OK || !judging->admitted)
        return result;
    result = compare(&judging->trial, &judging->hash, &judging->fits, error);
    return result == CS_OK ? cs_local_in_store(local, CS_STORE_WRITE, settle, judging, error)
                           : result;
}

enum cs_err cs_local_judge_password(struct cs_local *local, const struct cs_call *call,
                                    const struct cs_attempt *attempt,
                                    struct cs_outcome *ret_outcome, struct cs_error *error)
{
    CS_AUTO(wipe_judging)
    struct judging judging = {.trial = {.local = local,
                                        .attempt = attempt,
                                        .settings = call->settings,
                                        .tried = cs_tries_of(attempt, call->settings),
                                        .user = attempt->identity ? attempt->identity : "",
                                        .uid = cs_local_uid(call)},
                              .outcome = {.reason = CS_REASON_THROTTLED}};
    enum cs_err result = cs_local_in_store(local, CS_STORE_READ, look, &judging, error);

    if (result == CS_OK && judging.admitted)
        result = take_turn(local, call, error);
    if (result == CS_OK && judging.admitted) {
        result = count_and_judge(&judging, local, error);
        cs_slots_give(&local->hashing);
    }
    /* What was not committed does not count. */
    if (result == CS_OK)
        *ret_outcome = judging.outcome;
    return result;
}
