/* SPDX-License-Identifier: Apache-2.0 */
/* Names of settings: options, plans, instances. Hyphens and underscores are the same in them. */
#ifndef CS_BASE_NAME_H
#define CS_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the `length` bytes at `written` are `name`; false where that is NULL. */
bool cs_same_name(const char *name, const char *written, size_t length);

#endif
