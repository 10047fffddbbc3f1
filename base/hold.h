/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question that is asked again and again until its answer changes. Who asks it in one call need
 * not come back for each answer: as long as it is byte for byte the last one, a client that can
 * (net/http.h) asks again by itself, within the same call.
 */
#ifndef CS_BASE_HOLD_H
#define CS_BASE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/meter.h"

enum { CS_HOLD_BEAT_MS = 100, CS_HOLD_DIGEST_BYTES = 32 };

struct cs_hold {
    /* Set by those who wait, before each call. */
    int64_t until;          /* cs_clock_ms; within the call, nothing is asked again after this */
    int64_t every_ms;       /* from the start of one request to that of the next */
    int64_t limit_ms;       /* for one request */
    struct cs_meter *meter; /* measures the requests whose answers nobody sees; or NULL */
    bool waits; /* the answer before is known and let the wait go on: the call waits for its time */

    int64_t asked; /* cs_clock_ms; when it was asked last */

    /* Set by the client. */
    bool known; /* it could wait in the next call, knowing this answer: */
    long status;
    unsigned char digest[CS_HOLD_DIGEST_BYTES]; /* of the body */
};

/* When to ask next what was asked at `asked`. At beats that all logins share: many may be waiting,
 * and each wake-up of the threads that send their requests then serves several. The nearest beat
 * may be the one that has just passed. */
int64_t cs_hold_next(int64_t asked, int64_t every_ms);

/* When the last request of a call that waits is sent, at the latest. */
int64_t cs_hold_end(const struct cs_hold *hold);

#endif
