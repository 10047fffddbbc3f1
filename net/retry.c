/* SPDX-License-Identifier: Apache-2.0 */
#include "net/retry.h"

bool cs_status_is_unreachable(long status)
{
    return status == 502 || status == 503 || status == 504 || status == 529;
}

static bool again(const struct cs_attempted *attempt, bool idempotent)
{
    if (attempt->result == CS_ERR_UNREACHABLE)
        return idempotent && !attempt->timed_out;
    if (attempt->result != CS_OK)
        return false;
    if (attempt->status == 429)
        return attempt->retry_after_ms > 0;
    return idempotent && (attempt->status == 500 || cs_status_is_unreachable(attempt->status));
}

int64_t cs_retry_pause(const struct cs_attempted *attempt, bool idempotent, int64_t left_ms)
{
    int64_t pause = CS_RETRY_PAUSE_MS;

    if (!again(attempt, idempotent))
        return -1;
    if (attempt->result == CS_OK && attempt->retry_after_ms > 0)
        pause = attempt->retry_after_ms;
    return pause < left_ms ? pause : -1;
}
