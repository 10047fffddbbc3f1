/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks. Test builds replace clock.c at link time; nothing at run time can set them. */
#ifndef CS_BASE_CLOCK_H
#define CS_BASE_CLOCK_H

#include <stdint.h>

/* Seconds since 1970-01-01T00:00Z, for codes and records. */
int64_t cs_clock_seconds(void);

/* Milliseconds on a clock that never steps, for deadlines and durations. */
int64_t cs_clock_ms(void);

/* Time left until `deadline` (cs_clock_ms), as a poll() time-out: 0 once it has passed. */
int cs_clock_left(int64_t deadline);

#endif
