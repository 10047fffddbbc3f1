/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks that a test sets: fake_clock.c replaces base/clock.c. */
#ifndef CS_TESTS_SUPPORT_FAKE_CLOCK_H
#define CS_TESTS_SUPPORT_FAKE_CLOCK_H

#include <stdint.h>

void fake_clock_set(int64_t seconds); /* sets cs_clock_seconds; cs_clock_ms advances by itself */
void fake_clock_pass(int64_t until);  /* makes cs_clock_ms at least that from now on */

#endif
