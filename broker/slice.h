/* SPDX-License-Identifier: Apache-2.0 */
/* How soon the broker's threads get a processor after they wake. */
#ifndef CS_BROKER_SLICE_H
#define CS_BROKER_SLICE_H

#include "base/error.h"

/*
 * Asks for the shortest time slices, for this thread and all that it starts: from Linux 6.12 on, a
 * thread with a shorter slice than the running one takes its place when it wakes, instead of
 * waiting for the next tick (up to 4 ms, at each wake-up of each login). Its share of the processor
 * does not grow. Older kernels ignore it. Needs sched_setattr, which a seccomp filter may answer by
 * killing the process: call it only if asked to.
 */
enum cs_err cs_slice_shorten(struct cs_error *error) CS_MUST_USE;

#endif
