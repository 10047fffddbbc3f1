/* SPDX-License-Identifier: Apache-2.0 */
/* Limits how many do something at once; the others wait for their turn. */
#ifndef CS_PROVIDERS_LOCAL_SLOTS_H
#define CS_PROVIDERS_LOCAL_SLOTS_H

#include <stdint.h>

#include "base/error.h"

struct cs_slots {
    int fd; /* an eventfd that counts the free slots; -1: closed */
};

enum cs_err cs_slots_open(struct cs_slots *slots, unsigned count,
                          struct cs_error *error) CS_MUST_USE;
void cs_slots_close(struct cs_slots *slots);

/* Takes a slot, for cs_slots_give. CS_ERR_TIMEOUT at `deadline` (cs_clock_ms), CS_ERR_HANGUP if the
 * other end of `cancel_fd` (-1: none) closes meanwhile. `what` goes into the error's text. */
enum cs_err cs_slots_take(const struct cs_slots *slots, int64_t deadline, int cancel_fd,
                          const char *what, struct cs_error *error) CS_MUST_USE;
void cs_slots_give(const struct cs_slots *slots);

#endif
