/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of failed tries, as rows. What they mean is throttle_rule.h. A try is counted as a
 * failure before it is judged, and taken back when it was right or had been counted before: what
 * cannot be written is not judged. Nobody is ever made to sleep and nobody is locked for good:
 * within a delay an answer is "wrong" without being looked at. All need an open transaction.
 */
#ifndef CS_STORE_THROTTLE_H
#define CS_STORE_THROTTLE_H

#include "store/store.h"

enum cs_throttle_scope {
    CS_THROTTLE_USER_PROVEN = 1, /* codes of a user, after a proven first factor */
    CS_THROTTLE_USER_UNPROVEN,   /* ... and without one */
    CS_THROTTLE_ADDRESS,         /* of a network, without one */
    CS_THROTTLE_PASSWORD_PROVEN, /* as the first two, for passwords in place of codes: who knows */
    CS_THROTTLE_PASSWORD_UNPROVEN, /* the one must not be able to forget failures of the other */
    CS_THROTTLE_SCOPES
};

/* Those of a user: each can delay the user. */
enum { CS_THROTTLE_USER_SCOPES = 4 };
extern const enum cs_throttle_scope cs_throttle_user_scopes[CS_THROTTLE_USER_SCOPES];

/* One answer. Texts are borrowed. */
struct cs_try {
    enum cs_throttle_scope scope; /* never CS_THROTTLE_ADDRESS */
    const char *subject;          /* the user, or a stand-in */
    const char *network;          /* where the answer comes from; never "" */
    bool countable;               /* false: says nothing of the user, and counts for the network */
    bool delays;                  /* delays are in force */
    /* It is judged in a later transaction. Its failure gives no delay before that, so that right
     * answers side by side do not delay each other; everything else is counted at once. */
    bool later;

    /* Of cs_throttle_begin, for the others. */
    unsigned charges;
    int64_t failed; /* when the failure before this one was */
};

/* *ret_admitted: the try was counted as a failure and may be judged when that is committed.
 * Otherwise nothing is written. `now` in seconds since 1970. */
enum cs_err cs_throttle_begin(const struct cs_transaction *transaction, struct cs_try *attempt,
                              int64_t now, bool *ret_admitted, struct cs_error *error) CS_MUST_USE;

/* The same without counting: whether a try would be judged at all. */
enum cs_err cs_throttle_look(const struct cs_transaction *transaction, const struct cs_try *attempt,
                             int64_t now, bool *ret_admitted, struct cs_error *error) CS_MUST_USE;

/* *ret_delayed: others of its pair failed since a try that is judged `later` was begun, and it is
 * within the delay that they gave. */
enum cs_err cs_throttle_delayed(const struct cs_transaction *transaction,
                                const struct cs_try *attempt, int64_t now, bool *ret_delayed,
                                struct cs_error *error) CS_MUST_USE;

/* A try that was judged `later` was wrong. */
enum cs_err cs_throttle_fail(const struct cs_transaction *transaction, const struct cs_try *attempt,
                             int64_t now, struct cs_error *error) CS_MUST_USE;

/* The try is not to count: the same one was counted before. In the transaction that began it. */
enum cs_err cs_throttle_undo(const struct cs_transaction *transaction, const struct cs_try *attempt,
                             int64_t now, struct cs_error *error) CS_MUST_USE;

/* The try was right: it does not count, the failures of its pair are forgotten, and its network is
 * one from which the user got in. */
enum cs_err cs_throttle_succeed(const struct cs_transaction *transaction,
                                const struct cs_try *attempt, int64_t now,
                                struct cs_error *error) CS_MUST_USE;

/* Forgets a user's counters of one scope, of every network. */
enum cs_err cs_throttle_forget(const struct cs_transaction *transaction,
                               enum cs_throttle_scope scope, const char *user,
                               struct cs_error *error) CS_MUST_USE;

/* Forgets all of them: `countersign unlock`. */
enum cs_err cs_throttle_forget_user(const struct cs_transaction *transaction, const char *user,
                                    struct cs_error *error) CS_MUST_USE;

/* A user's failures from all networks, since each last got in; of CS_THROTTLE_ADDRESS: how many
 * tries the network `subject` has used. */
enum cs_err cs_throttle_count(const struct cs_transaction *transaction,
                              enum cs_throttle_scope scope, const char *subject, int64_t now,
                              unsigned *ret_failures, struct cs_error *error) CS_MUST_USE;

#endif
