/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hold.h"

int64_t cs_hold_next(int64_t asked, int64_t every_ms)
{
    int64_t next = (asked + every_ms + CS_HOLD_BEAT_MS / 2) / CS_HOLD_BEAT_MS * CS_HOLD_BEAT_MS;

    return next > asked ? next : next + CS_HOLD_BEAT_MS;
}

int64_t cs_hold_end(const struct cs_hold *hold)
{
    int64_t first = cs_hold_next(hold->asked, hold->every_ms);

    return first > hold->until ? first : hold->until;
}
