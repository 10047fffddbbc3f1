/*
 * What this process remembers of deliveries: so that nobody's phone is flooded. Codes and requests
 * that are sent without a proven first factor are a few for each identity and hour; and after a
 * request was refused or ran out, the next one for that identity is sent only when it is asked for
 * by typing: clients repeat a failed login by themselves.
 */
#ifndef CS_LOGIN_GUARD_H
#define CS_LOGIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum { CS_GUARD_PER_HOUR = 6, CS_GUARD_QUIET_MS = 120 * 1000 };

struct cs_guard;

/* NULL when memory ran out. */
struct cs_guard *cs_guard_new(void);
void cs_guard_free(struct cs_guard **guard);

/* Whether something may be sent unasked, and if so counts it. `now` is cs_clock_ms. While it has no
 * room for more identities nothing is sent to those without a proven first factor. */
bool cs_guard_may_send(struct cs_guard *guard, const char *identity, bool proven, int64_t now);

void cs_guard_refused(struct cs_guard *guard, const char *identity, int64_t now);

#endif
