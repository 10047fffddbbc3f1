/* SPDX-License-Identifier: Apache-2.0 */
/* How often something happened and how long it took, for metrics: one that is all zero has measured
 * nothing. Several threads may add at once; whoever reads meanwhile may miss the last one. */
#ifndef CS_BASE_METER_H
#define CS_BASE_METER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { CS_METER_BOUNDS = 8 };

/* Upper bounds in microseconds: 1 ms to 10 s. What takes longer is in the count alone. */
extern const uint32_t cs_meter_bounds[CS_METER_BOUNDS];

struct cs_meter {
    _Atomic uint64_t count, microseconds;
    _Atomic uint64_t within[CS_METER_BOUNDS]; /* by the smallest bound that holds */
};

/* Microseconds on the clock that never steps. */
int64_t cs_meter_now(void);

/* Adds something that took from `started` until now. */
void cs_meter_add(struct cs_meter *meter, int64_t started);

#endif
