/* SPDX-License-Identifier: Apache-2.0 */
/* What this process remembers about deliveries, so that nobody's phone is flooded. Without a
 * proven first factor, each identity gets only a few codes and requests an hour. After a
 * request was refused or expired, nothing more is sent to that identity for a while without
 * a proven first factor, whatever is typed. With one, a request goes out if the user asks
 * for it by typing, because clients repeat a failed login by themselves, and a message also
 * if a password was typed. */
#ifndef CS_LOGIN_DELIVERY_LIMIT_H
#define CS_LOGIN_DELIVERY_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "methods/method.h"

enum {
    CS_DELIVERIES_PER_HOUR = 6,        /* not asked for */
    CS_DELIVERIES_ASKED_PER_HOUR = 12, /* not asked for, or asked for by typing */
    CS_DELIVERY_QUIET_MS = 120 * 1000
};

struct cs_delivery_limit;

/* NULL if memory ran out. */
struct cs_delivery_limit *cs_delivery_limit_new(void);
void cs_delivery_limit_free(struct cs_delivery_limit **limit);

/* Whether it may be sent; if so, counts it. `now` is cs_clock_ms. While there is no room for more
 * identities, nothing is sent to new ones without a proven first factor. */
bool cs_delivery_limit_may_send(struct cs_delivery_limit *limit, const char *identity,
                                const struct cs_sending *sending, int64_t now);

void cs_delivery_limit_refused(struct cs_delivery_limit *limit, const char *identity, int64_t now);

#endif
