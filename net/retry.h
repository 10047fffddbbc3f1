/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is retried: at most once, never beyond the login's deadline, and only if a second try can do
 * no harm:
 *
 *   connection failed or was reset before a status line   idempotent requests
 *   500, 502, 503, 504, 529                               idempotent requests
 *   429 with a Retry-After                                every request: the server did nothing
 *
 * A request that is not idempotent is never sent twice, not even if its connection turns out to be
 * stale: that could mean two messages for one login.
 *
 * A time-out is not retried, because the person has already waited; nor is a failure of TLS. If the
 * Retry-After does not fit before the deadline, the answer stands.
 */
#ifndef CS_NET_RETRY_H
#define CS_NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { CS_RETRY_PAUSE_MS = 200 }; /* if the server does not say how long */

/* How an attempt ended. */
struct cs_attempted {
    enum cs_err result;
    bool timed_out;         /* it timed out */
    long status;            /* with CS_OK */
    int64_t retry_after_ms; /* with CS_OK; 0: not given */
};

/* Whether a status says that the server behind it cannot be reached: 502, 503, 504, 529. */
bool cs_status_is_unreachable(long status);

/* Milliseconds to wait before the second attempt, or -1 for no second attempt. `left_ms` is the
 * time that the login has left. */
int64_t cs_retry_pause(const struct cs_attempted *attempt, bool idempotent, int64_t left_ms);

#endif
