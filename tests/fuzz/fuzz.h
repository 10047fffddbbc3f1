/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the fuzzers. */
#ifndef CS_TESTS_FUZZ_FUZZ_H
#define CS_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of the input as a text, so that a sanitizer sees the first byte read beyond its NUL. It
 * ends at the input's first NUL; the caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = strndup(size > 0 ? (const char *)data : "", size);

    REQUIRE(text != NULL);
    return text;
}

#endif
