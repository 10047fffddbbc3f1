/* SPDX-License-Identifier: Apache-2.0 */
/* The security keys that a user may use, and what a challenge remembers about them. */
#ifndef CS_PROVIDERS_LOCAL_U2F_KEYS_H
#define CS_PROVIDERS_LOCAL_U2F_KEYS_H

#include "store/factor.h"
#include "u2f/relay.h"

/* What this provider remembers about a challenge: the request as it was made, and the counter that
 * each of its handles had then. */
struct cs_keys_asked {
    struct cs_u2f_request request;
    int64_t counters[CS_U2F_RELAY_HANDLES];
};

/* Those that may be used: the one used or registered last first. Borrowed
 * from where they came from. */
struct cs_keys {
    const struct cs_factor *items[CS_U2F_RELAY_HANDLES];
    size_t count;
};

/* Adds those registered for `app_id` (NULL: none) that are not suspect. */
void cs_keys_choose(const struct cs_factors *all, const char *app_id, struct cs_keys *ret_keys);

#endif
