/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_clock.h"

#include <limits.h>

#include "base/clock.h"

static int64_t now_seconds;
static _Atomic int64_t now_ms; /* threads of a test may share it */

void fake_clock_set(int64_t seconds)
{
    now_seconds = seconds;
}

void fake_clock_pass(int64_t until)
{
    now_ms = until > now_ms ? until : now_ms;
}

int64_t cs_clock_seconds(void)
{
    return now_seconds;
}

/* Each call is a millisecond later, so that a loop with a deadline ends. */
int64_t cs_clock_ms(void)
{
    return ++now_ms;
}

int cs_clock_left(int64_t deadline)
{
    int64_t left = deadline - cs_clock_ms();

    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}
