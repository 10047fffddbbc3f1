/* SPDX-License-Identifier: Apache-2.0 */
/* Answers, codes and keys: wiped on release, compared in constant time, never logged. */
#ifndef CS_BASE_SECRET_H
#define CS_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* `length` bytes followed by a NUL, owned by the struct. `data` is NULL if it holds nothing. */
struct cs_secret {
    char *data;
    size_t length;
};

/* Stores a copy of `length` bytes; the previous content is wiped. */
enum cs_err cs_secret_set(struct cs_secret *secret, const void *data, size_t length) CS_MUST_USE;

/* Wipes and releases; the struct is empty afterwards and may be used again. */
void cs_secret_free(struct cs_secret *secret);

/* Overwrites memory in a way that the compiler may not optimise away. */
void cs_wipe(void *data, size_t length);

/* Wipes and releases a string; accepts NULL and sets the pointer to NULL. */
void cs_wipe_string(char **text);

/* Compares `length` bytes in a time that does not depend on their values. */
bool cs_equal_ct(const void *a, const void *b, size_t length);

#endif
