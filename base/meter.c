/* SPDX-License-Identifier: Apache-2.0 */
#include "base/meter.h"

#include <time.h>

const uint32_t cs_meter_bounds[CS_METER_BOUNDS] = {1000,   5000,    25000,   100000,
                                                   250000, 1000000, 2500000, 10000000};

int64_t cs_meter_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void cs_meter_add(struct cs_meter *meter, int64_t started)
{
    uint64_t took = (uint64_t)(cs_meter_now() - started);
    size_t i = 0;

    while (i < CS_METER_BOUNDS && took > cs_meter_bounds[i])
        i++;
    if (i < CS_METER_BOUNDS)
        atomic_fetch_add_explicit(&meter->within[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&meter->microseconds, took, memory_order_relaxed);
    atomic_fetch_add_explicit(&meter->count, 1, memory_order_relaxed);
}
