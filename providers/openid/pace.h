/* SPDX-License-Identifier: Apache-2.0 */
/* How often a token endpoint is asked (RFC 8628 section 3.5, CIBA Core section 7.3). */
#ifndef CS_PROVIDERS_OPENID_PACE_H
#define CS_PROVIDERS_OPENID_PACE_H

#include <stdbool.h>

#include "providers/openid/answer.h"

/* Start with the interval alone. */
struct cs_openid_pace {
    int64_t interval_ms; /* between the starts of two polls; it only grows */
    unsigned outages;    /* polls in a row without an answer */
};

/*
 * When to ask next: milliseconds from the start of the poll that was just made, and that took
 * `elapsed_ms`. `answered`: it brought an answer that makes sense; otherwise only retry_after_ms of
 * `answer` counts. "slow_down" makes the interval longer for good, by 5 s or to what the answer
 * says; Retry-After and an outage lengthen one pause. Never fails, and never returns less than the
 * interval.
 */
unsigned cs_openid_pace_next(struct cs_openid_pace *pace, const struct cs_openid_answer *answer,
                             bool answered, int64_t elapsed_ms);

#endif
