/* SPDX-License-Identifier: Apache-2.0 */
/* What the devices of this machine's users show about the time. */
#include "providers/local/shown_time.h"

#include "base/clock.h"
#include "providers/local/local_priv.h"
#include "store/clock_note.h"
#include "store/shown_time.h"

enum { MANY_FACTORS = 3 }; /* one or two that are ahead are the devices' own fault */

static enum cs_err read_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    int64_t now = cs_clock_seconds(), *time = context;
    struct cs_clock_common common = {0};
    enum cs_err result = cs_shown_time_read(transaction, time, error);

    if (result == CS_OK)
        result = cs_clock_note_common(transaction, now, &common, error);
    if (result == CS_OK && common.factors >= MANY_FACTORS && now + common.off > *time)
        *time = now + common.off;
    return result;
}

enum cs_err cs_local_latest_time(const struct cs_transaction *transaction, int64_t *ret_time,
                                 struct cs_error *error)
{
    int64_t now = cs_clock_seconds(), shown = 0;
    enum cs_err result = read_in_store(transaction, &shown, error);

    *ret_time = shown > now ? shown : now;
    return result;
}

enum cs_err cs_local_shown_time(struct cs_provider *provider, int64_t *ret_time,
                                struct cs_error *error)
{
    *ret_time = 0;
    return cs_local_in_store((struct cs_local *)provider, CS_STORE_READ, read_in_store, ret_time,
                             error);
}
