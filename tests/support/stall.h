/* SPDX-License-Identifier: Apache-2.0 */
/* A place where the threads of a program wait for as long as a test wants. */
#ifndef CS_TESTS_SUPPORT_STALL_H
#define CS_TESTS_SUPPORT_STALL_H

#include <stdbool.h>

/* Whoever comes waits from now on, or all go on. */
void stall_set(bool stalled);

/* Nobody waits from now on, and the most that did is none. */
void stall_reset(void);

/* The place. */
void stall_here(void);

/* Wait until so many are there, or nobody is. */
void stall_wait(unsigned count);
void stall_drain(void);

/* The most that were there at once. */
unsigned stall_most(void);

#endif
