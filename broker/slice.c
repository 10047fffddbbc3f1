/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/slice.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLICE_NS = 100000 }; /* the least that the kernel grants (kernel/sched/syscalls.c) */

/* struct sched_attr of sched_setattr(2), version 0: the C library has it from 2.41 on only. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period; /* ns */
};

enum cs_err cs_slice_shorten(struct cs_error *error)
{
    struct attributes attributes = {.size = sizeof attributes};

    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0)
        return cs_fail_errno(error, "--short-slices: sched_getattr");
    attributes.runtime = SLICE_NS;
    if (syscall(SYS_sched_setattr, 0, &attributes, 0) != 0)
        return cs_fail_errno(error, "--short-slices: sched_setattr");
    return CS_OK;
}
