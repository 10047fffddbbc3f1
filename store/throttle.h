/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of failed tries. Nobody is ever made to sleep and nobody is locked for good: within the
 * delay an answer is "wrong" without being looked at. A day after the last failure all are
 * forgotten. All need an open transaction.
 */
#ifndef CS_STORE_THROTTLE_H
#define CS_STORE_THROTTLE_H

#include "store/store.h"

enum cs_throttle_scope {
    CS_THROTTLE_USER_PROVEN = 1, /* after a proven first factor: 0, 0, 0, 5, 15, 60 s */
    CS_THROTTLE_USER_UNPROVEN,   /* without one: a slow cap */
    CS_THROTTLE_ADDRESS,         /* without one, per client network */
    CS_THROTTLE_PASSWORD_PROVEN, /* as the first two, for passwords in place of codes: who knows */
    CS_THROTTLE_PASSWORD_UNPROVEN, /* the one must not be able to forget failures of the other */
    CS_THROTTLE_SCOPES
};

/* *ret_wait: seconds until a try counts again; 0: now. `now` in seconds since 1970. */
enum cs_err cs_throttle_wait(const struct cs_transaction *transaction, enum cs_throttle_scope scope,
                             const char *subject, int64_t now, int64_t *ret_wait,
                             struct cs_error *error) CS_MUST_USE;

/* Counts one failure. */
enum cs_err cs_throttle_fail(const struct cs_transaction *transaction, enum cs_throttle_scope scope,
                             const char *subject, int64_t now, struct cs_error *error) CS_MUST_USE;

/* Forgets one counter, after a success in what it counts. */
enum cs_err cs_throttle_forget(const struct cs_transaction *transaction,
                               enum cs_throttle_scope scope, const char *subject,
                               struct cs_error *error) CS_MUST_USE;

/* Forgets all failures of a user: `countersign unlock`. */
enum cs_err cs_throttle_forget_user(const struct cs_transaction *transaction, const char *user,
                                    struct cs_error *error) CS_MUST_USE;

/* The failures counted now. */
enum cs_err cs_throttle_count(const struct cs_transaction *transaction,
                              enum cs_throttle_scope scope, const char *subject, int64_t now,
                              unsigned *ret_failures, struct cs_error *error) CS_MUST_USE;

#endif
