/* SPDX-License-Identifier: Apache-2.0 */
/* Lets one thread wait for another, but no longer than its login lasts. */
#ifndef CS_BASE_EVENT_H
#define CS_BASE_EVENT_H

#include <stdint.h>

#include "base/error.h"

enum cs_waited {
    CS_WAITED_EVENT,
    CS_WAITED_HANGUP,
    CS_WAITED_TIME,
};

/* A close-on-exec descriptor for cs_event_wait, owned by the caller; -1 if none is left. */
int cs_event_new(void) CS_MUST_USE;

/* Wakes the thread that waits now, or the next one to wait. The waiter may close `event_fd` as soon
 * as this is called. */
void cs_event_set(int event_fd);

/* Waits for cs_event_set, without a time limit, and resets the event. */
void cs_event_take(int event_fd);

/* Waits for cs_event_set, a hang-up on `cancel_fd` or the time `until` (cs_clock_ms), whichever
 * comes first. Either descriptor may be -1. */
enum cs_waited cs_event_wait(int event_fd, int cancel_fd, int64_t until) CS_MUST_USE;

/* The same; but the other end of `silent_fd` has nothing to send meanwhile, so that anything it
 * sends is a hang-up, too. */
enum cs_waited cs_event_wait_silent(int event_fd, int silent_fd, int64_t until) CS_MUST_USE;

#endif
