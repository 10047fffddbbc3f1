/* SPDX-License-Identifier: Apache-2.0 */
/* A bound on how many do something at the same time; the others wait for their turn. */
#ifndef CS_PROVIDERS_LOCAL_SLOTS_H
#define CS_PROVIDERS_LOCAL_SLOTS_H

#include <stdint.h>

#include "base/error.h"

struct cs_slots {
    int fd; /* an eventfd that counts the free ones; -1: closed */
};

enum cs_err cs_slots_open(struct cs_slots *slots, unsigned count,
                          struct cs_error *error) CS_MUST_USE;
void cs_slots_close(struct cs_slots *slots);

/* Takes one, for cs_slots_give. CS_ERR_TIMEOUT at `deadline` (cs_clock_ms), CS_ERR_HANGUP when the
 * other end of `cancel_fd` (-1: none) closes while it waits. `what` is in the error's text. */
enum cs_err cs_slots_take(const struct cs_slots *slots, int64_t deadline, int cancel_fd,
                          const char *what, struct cs_error *error) CS_MUST_USE;
void cs_slots_give(const struct cs_slots *slots);

#endif
