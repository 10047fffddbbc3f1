/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread that waits can do without: the part of its stack that earlier calls have used. */
#ifndef CS_BASE_STACK_H
#define CS_BASE_STACK_H

enum { CS_STACK_REACH = 64 * 1024 }; /* the caller's stack must have so much left */

/* Gives the pages below the caller's frame back to the kernel; used again, they are zero. What they
 * held is gone, too. Costs a system call, and a page fault for each page that is used again, so it
 * is for waits that last. Never fails: at worst nothing is given back. */
void cs_stack_give_back(void);

#endif
