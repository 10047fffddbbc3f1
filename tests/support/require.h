/* SPDX-License-Identifier: Apache-2.0 */
/* An assertion for code that runs outside cmocka. */
#ifndef CS_TESTS_SUPPORT_REQUIRE_H
#define CS_TESTS_SUPPORT_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
