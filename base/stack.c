/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stack.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/attributes.h"

enum { NEAR = 192 }; /* for the call of madvise() itself; x86-64's red zone has 128 bytes */

CS_OWN_FRAME void cs_stack_give_back(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    uintptr_t end = (frame - NEAR) & ~(page - 1);

    (void)madvise((void *)(end - CS_STACK_REACH), CS_STACK_REACH, MADV_DONTNEED);
}
