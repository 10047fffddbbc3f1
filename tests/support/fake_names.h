/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A getaddrinfo that takes the place of the C library's and asks no server: "fast.test" is
 * 127.0.0.1, "stall.test" hangs until it is released and is 127.0.0.1 then, everything else that is
 * no address and not localhost does not exist.
 */
#ifndef CS_TESTS_SUPPORT_FAKE_NAMES_H
#define CS_TESTS_SUPPORT_FAKE_NAMES_H

/* Look-ups of stall.test hang from here on, and go on. */
void fake_names_stall(void);
void fake_names_release(void);

/* Waits until nobody hangs any more, so that a sanitizer finds no thread left. */
void fake_names_drain(void);

/* Look-ups of test names since the start, and the most that hung at once. */
unsigned fake_names_count(void);
unsigned fake_names_most(void);

#endif
