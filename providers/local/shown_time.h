/* SPDX-License-Identifier: Apache-2.0 */
/* The time by which something ends for good: what expired must not be good again because this
 * machine's clock is set back. */
#ifndef CS_PROVIDERS_LOCAL_SHOWN_TIME_H
#define CS_PROVIDERS_LOCAL_SHOWN_TIME_H

#include "store/store.h"

/* That of the clock, or a later one that codes of users have shown (store/shown_time.h); seconds
 * since 1970. Needs an open transaction. */
enum cs_err cs_local_latest_time(const struct cs_transaction *transaction, int64_t *ret_time,
                                 struct cs_error *error) CS_MUST_USE;

#endif
