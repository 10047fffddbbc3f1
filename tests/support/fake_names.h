/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A getaddrinfo that replaces the C library's and asks no server: "fast.test" is 127.0.0.1;
 * "stall.test" hangs until released and then is 127.0.0.1; everything else, except addresses and
 * localhost, does not exist.
 */
#ifndef CS_TESTS_SUPPORT_FAKE_NAMES_H
#define CS_TESTS_SUPPORT_FAKE_NAMES_H

/* Make look-ups of stall.test hang from now on, and continue. */
void fake_names_stall(void);
void fake_names_release(void);

/* Waits until no look-up hangs any more, so that a sanitizer finds no thread left. */
void fake_names_drain(void);

/* Number of look-ups of test names since the start, and the most that hung at once. */
unsigned fake_names_count(void);
unsigned fake_names_most(void);

#endif
