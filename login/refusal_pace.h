/* SPDX-License-Identifier: Apache-2.0 */
/* How long a refusal by a remote provider takes. Refusals that need fewer calls, or none, take as
 * long as the others: a slow server must not show an unknown account to be different from a wrong
 * code. This process keeps the times for ten to twenty minutes. */
#ifndef CS_LOGIN_REFUSAL_PACE_H
#define CS_LOGIN_REFUSAL_PACE_H

#include <stdint.h>

#include "methods/method.h"

enum { CS_PACE_WINDOW_MS = 600 * 1000, CS_PACE_MAX_MS = 3000 };

struct cs_refusal_pace;

/* NULL if memory ran out. */
struct cs_refusal_pace *cs_refusal_pace_new(void);
void cs_refusal_pace_free(struct cs_refusal_pace **pace);

/* Records how long an answer of that sort took to judge, and returns how long one should take: this
 * time or the longest recent one, at most CS_PACE_MAX_MS unless this one took longer. `now` is
 * cs_clock_ms. */
int64_t cs_refusal_pace_note(struct cs_refusal_pace *pace, enum cs_pace_of of, int64_t elapsed,
                             int64_t now);

#endif
