/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolments of security keys that await their answer: one per user, valid once and for a short
 * time. Times are the wall clock's, in seconds since 1970. Either function discards the entries of
 * all users that are too old or that were made in the future (the clock has been set back since).
 * Both need an open transaction. */
#ifndef CS_STORE_PENDING_H
#define CS_STORE_PENDING_H

#include "store/factor.h"

enum {
    CS_PENDING_SECONDS = 600,
    CS_PENDING_CHALLENGE_BYTES = 32,
    CS_PENDING_ORIGINS_MAX = 1023,
};

struct cs_pending {
    char user[CS_STORE_USER_MAX + 1];
    unsigned char challenge[CS_PENDING_CHALLENGE_BYTES];
    char app_id[CS_FACTOR_APP_ID_MAX + 1];
    char origins[CS_PENDING_ORIGINS_MAX + 1]; /* comma-separated */
    char label[CS_FACTOR_LABEL_MAX + 1];
    unsigned verification; /* that was asked for; enum cs_u2f_verification */
};

/* Stores it as of `now`, replacing that user's earlier one. */
enum cs_err cs_pending_put(const struct cs_transaction *transaction,
                           const struct cs_pending *pending, int64_t now,
                           struct cs_error *error) CS_MUST_USE;

/* Takes it out; *ret_found is false if there is no valid one. Commit either way. */
enum cs_err cs_pending_take(const struct cs_transaction *transaction, const char *user, int64_t now,
                            struct cs_pending *ret_pending, bool *ret_found,
                            struct cs_error *error) CS_MUST_USE;

#endif
