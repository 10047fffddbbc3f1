/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by unit tests. Include it first: cmocka needs these headers in this order. */
#ifndef CS_TESTS_UNIT_UNIT_H
#define CS_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cmocka 2 has a name for each type, cmocka 1 only one. */
#ifndef assert_uint_in_range
#define assert_uint_in_range assert_in_range
#endif

#include "base/buffer.h"
#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/strlist.h"

/* Text with its length, so that it may hold a NUL. */
#define TEXT(literal) (literal), sizeof(literal) - 1

/* A borrowed secret over a literal; never freed. */
#define SECRET(literal) (&(const struct cs_secret){(char[]){literal}, sizeof(literal) - 1})

static inline void assert_contains(const char *text, const char *part)
{
    assert_non_null(text);
    if (strstr(text, part) == NULL)
        fail_msg("'%s' does not contain '%s'", text, part);
}

static inline void assert_holds(const struct cs_secret *secret, const void *data, size_t length)
{
    assert_non_null(secret->data);
    assert_int_equal(secret->length, length);
    assert_memory_equal(secret->data, data, length);
    assert_int_equal(secret->data[length], '\0');
}

/* A log that keeps every line, each with a newline, for the test to inspect. */
static inline void keep_line(void *context, int priority, const char *line)
{
    (void)priority;
    cs_buffer_printf(context, "%s\n", line);
}

static inline struct cs_log log_into(struct cs_buffer *lines)
{
    return (struct cs_log){keep_line, lines, true};
}

#endif
