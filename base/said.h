/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a configuration file says anything, without reading what. A file that says nothing never
 * decides which configuration is in force; module, broker and tool must agree about that, and the
 * module has no JSON.
 */
#ifndef CS_BASE_SAID_H
#define CS_BASE_SAID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum cs_said {
    CS_SAID_ABSENT,   /* there is no file */
    CS_SAID_NOTHING,  /* it is empty, or has blanks and comments alone */
    CS_SAID_DEFAULTS, /* an object without a member: {} */
    CS_SAID_SETTINGS, /* anything else, right or wrong */
};

/* What a text says; never CS_SAID_ABSENT. */
enum cs_said cs_said_in(const char *text, size_t length);

/* What the file says. One that cannot be looked at, or is not to be trusted, counts as
 * CS_SAID_SETTINGS, unless it is known to be empty: whoever then opens it says what is wrong. */
enum cs_said cs_said_by(const char *path);

/* Whether our own file leaves the say to `other`: that one is there, and ours has no settings. */
bool cs_said_by_other(const char *own, const char *other);

#endif
