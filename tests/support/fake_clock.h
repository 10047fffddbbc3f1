/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks that stand where a test sets them: fake_clock.c takes the place of base/clock.c. */
#ifndef CS_TESTS_SUPPORT_FAKE_CLOCK_H
#define CS_TESTS_SUPPORT_FAKE_CLOCK_H

#include <stdint.h>

void fake_clock_set(int64_t seconds); /* of cs_clock_seconds; cs_clock_ms goes on by itself */
void fake_clock_pass(int64_t until);  /* cs_clock_ms is at least that from here on */

#endif
