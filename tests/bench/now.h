/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of the programs that measure. */
#ifndef CS_TESTS_BENCH_NOW_H
#define CS_TESTS_BENCH_NOW_H

#include <time.h>

/* Monotonic, in microseconds. */
static inline double now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

#endif
