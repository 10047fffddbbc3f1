/* SPDX-License-Identifier: Apache-2.0 */
/* A script of tests/support in its own process, for unit tests. */
#ifndef CS_TESTS_SUPPORT_PYTHON_CHILD_H
#define CS_TESTS_SUPPORT_PYTHON_CHILD_H

#include <sys/types.h>

/* Starts it with these arguments, the first of which is "python3". The caller owns both ends. Fails
 * the test if it does not succeed. */
pid_t python_child_start(char *const arguments[], int *ret_input, int *ret_output);

#endif
