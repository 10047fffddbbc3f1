/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out. Linked into a program, or preloaded (LD_PRELOAD), it stands in for malloc()
 * and its kin. A preloaded one is told by the file that CS_FAIL_CONTROL names, which is mapped and
 * has this struct in it; while a program authenticates through PAM is a time of its own (`pam`),
 * because the application around it may not stand what a module has to.
 */
#ifndef CS_TESTS_SUPPORT_FAIL_ALLOC_H
#define CS_TESTS_SUPPORT_FAIL_ALLOC_H

#include <stdatomic.h>
#include <stdint.h>

struct fail_alloc {
    _Atomic uint64_t armed; /* 0: nothing fails nor counts; 1: now; 2: within pam_authenticate() */
    _Atomic uint64_t at;    /* the allocation that fails, from 1; 0: none */
    _Atomic uint64_t on;    /* not 0: and all that follow */
    _Atomic uint64_t count; /* allocations so far */
};

extern struct fail_alloc *fail_alloc;

#endif
