/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A password is judged in three steps, because hashing takes long and a login must never wait for
 * another's hash: the hash is read, compared without the store, and the result settled in a second
 * transaction. That looks at the delay and at the hash again: tries that ran side by side count as
 * if they had come one after the other, and a password that was changed meanwhile is worth nothing.
 */
#include "store/password.h"

#include <unistd.h>

#include "base/clock.h"
#include "providers/local/local_priv.h"

enum { HASHES_MIN = 2, HASHES_MAX = 16 };

/* *ret_hash is empty when the user has no password, or within a delay. */
static enum cs_err look(struct cs_trial *trial, struct cs_store *store, bool *ret_throttled,
                        struct cs_secret *ret_hash, struct cs_error *error)
{
    enum cs_err result = cs_store_begin(store, &trial->transaction, error);

    if (result != CS_OK)
        return result;
    /* Only now: whoever waited for the lock must not be judged by an earlier time. */
    trial->now = cs_clock_seconds();
    result = cs_tries_throttled(trial, ret_throttled, error);
    if (result == CS_OK && !*ret_throttled)
        result = cs_password_load(&trial->transaction, trial->user, ret_hash, error);
    cs_store_end(&trial->transaction);
    return result;
}

/* More would not be faster, and each needs its memory. */
static unsigned hashes_at_once(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (processors < HASHES_MIN)
        return HASHES_MIN;
    return processors < HASHES_MAX ? (unsigned)processors : HASHES_MAX;
}

/* The turns are made for the first password: most installations have none. */
static enum cs_err open_slots(struct cs_local *local, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&local->mutex);
    if (local->hashing.fd < 0)
        result = cs_slots_open(&local->hashing, hashes_at_once(), error);
    pthread_mutex_unlock(&local->mutex);
    return result;
}

/* As long for a user without a password as for one with. */
static enum cs_err compare(struct cs_local *local, const struct cs_call *call,
                           const struct cs_secret *password, const struct cs_secret *hash,
                           bool *ret_fits, struct cs_error *error)
{
    const char *setting = hash->length > 0 ? hash->data : local->nobodys_setting;
    enum cs_err result = open_slots(local, error);

    if (result == CS_OK)
        result = cs_slots_take(&local->hashing, call->deadline, call->cancel_fd,
                               "checking a password", error);
    if (result != CS_OK)
        return result;
    result = cs_password_fits(password, setting, ret_fits, error);
    cs_slots_give(&local->hashing);
    *ret_fits = *ret_fits && hash->length > 0;
    return result;
}

static bool is_same(const struct cs_secret *a, const struct cs_secret *b)
{
    return a->length == b->length && a->length > 0 && cs_equal_ct(a->data, b->data, a->length);
}

/* In an open transaction. */
static enum cs_err judge(const struct cs_trial *trial, const struct cs_secret *hash, bool fits,
                         struct cs_outcome *outcome, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret current = {0};
    bool throttled = false;
    enum cs_err result = cs_tries_throttled(trial, &throttled, error);

    if (result == CS_OK && throttled) {
        outcome->reason = "throttled";
        return CS_OK;
    }
    if (result == CS_OK)
        result = cs_password_load(&trial->transaction, trial->user, &current, error);
    if (result != CS_OK)
        return result;
    if (fits && is_same(hash, &current)) {
        outcome->judgement = CS_JUDGED_RIGHT;
        outcome->reason = "password";
        return cs_tries_forget(trial, error);
    }
    outcome->reason = hash->length > 0 ? "wrong-password" : "no-password";
    return cs_tries_fail(trial, error);
}

static enum cs_err settle(struct cs_trial *trial, struct cs_store *store,
                          const struct cs_secret *hash, bool fits, struct cs_outcome *outcome,
                          struct cs_error *error)
{
    enum cs_err result = cs_store_begin(store, &trial->transaction, error);

    if (result != CS_OK)
        return result;
    trial->now = cs_clock_seconds();
    result = judge(trial, hash, fits, outcome, error);
    if (result == CS_OK)
        result = cs_store_commit(&trial->transaction, error);
    cs_store_end(&trial->transaction);
    return result;
}

enum cs_err cs_local_judge_password(struct cs_local *local, const struct cs_call *call,
                                    const struct cs_attempt *attempt,
                                    const struct cs_judging *judging,
                                    struct cs_outcome *ret_outcome, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    struct cs_trial trial = {.local = local,
                             .attempt = attempt,
                             .judging = judging,
                             .user = attempt->identity ? attempt->identity : ""};
    struct cs_outcome outcome = {.reason = "throttled"};
    struct cs_store *store = NULL;
    bool throttled = false, fits = false;
    enum cs_err result = cs_local_store(local, &store, error);

    if (result == CS_OK)
        result = look(&trial, store, &throttled, &hash, error);
    if (result == CS_OK && !throttled)
        result = compare(local, call, attempt->answer, &hash, &fits, error);
    if (result == CS_OK && !throttled)
        result = settle(&trial, store, &hash, fits, &outcome, error);
    /* Nothing is believed that was not committed. */
    if (result == CS_OK)
        *ret_outcome = outcome;
    return result;
}
