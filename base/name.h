/* SPDX-License-Identifier: Apache-2.0 */
/* Names of options, plans and instances, in which hyphens and underscores are the same. */
#ifndef CS_BASE_NAME_H
#define CS_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the `length` bytes at `written` spell `name`; false if `name` is NULL. */
bool cs_same_name(const char *name, const char *written, size_t length);

#endif
