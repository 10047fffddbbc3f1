/* SPDX-License-Identifier: Apache-2.0 */
/* A short list of owned strings: module arguments, environment entries. */
#ifndef CS_BASE_STRLIST_H
#define CS_BASE_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct cs_strlist {
    char **items;
    size_t count;
};

/* Appends a copy of `length` bytes, which must not include a NUL. */
enum cs_err cs_strlist_add(struct cs_strlist *list, const char *text, size_t length) CS_MUST_USE;

/* In the order of strcmp(). The second looks in a list that was sorted. */
void cs_strlist_sort(struct cs_strlist *list);
bool cs_strlist_has(const struct cs_strlist *sorted, const char *text);

/* The same in a short list of any order. */
bool cs_strlist_contains(const struct cs_strlist *list, const char *text);
void cs_strlist_free(struct cs_strlist *list);

/* Releases a string; for CS_AUTO. */
void cs_string_free(char **text);

#endif
