/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/pace.h"

enum {
    SLOW_DOWN_MS = 5000,
    BACK_OFF_MAX = 3, /* times that the interval doubles while the server is away */
};

static int64_t larger(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* An outage: CIBA Core and RFC 8628 ask for exponential back-off where connections time out. */
static int64_t back_off(struct cs_openid_pace *pace)
{
    pace->outages++;
    return pace->interval_ms << (pace->outages < BACK_OFF_MAX ? pace->outages : BACK_OFF_MAX);
}

/* RFC 8628 section 3.5: what makes the interval longer does so for good. */
static int64_t keep_up(struct cs_openid_pace *pace, const struct cs_openid_answer *answer,
                       int64_t elapsed_ms)
{
    pace->outages = 0;
    if (answer->word != CS_OPENID_SLOW_DOWN)
        return pace->interval_ms;
    pace->interval_ms = larger(pace->interval_ms + SLOW_DOWN_MS, answer->interval_ms);
    return pace->interval_ms + elapsed_ms; /* a server may count from its answer */
}

unsigned cs_openid_pace_next(struct cs_openid_pace *pace, const struct cs_openid_answer *answer,
                             bool answered, int64_t elapsed_ms)
{
    int64_t pause = answered ? keep_up(pace, answer, elapsed_ms) : back_off(pace);

    if (answer->retry_after_ms > 0)
        pause = larger(pause, answer->retry_after_ms + elapsed_ms);
    return (unsigned)(pause < INT32_MAX ? pause : INT32_MAX);
}
