/* SPDX-License-Identifier: Apache-2.0 */
/* Names of accounts, as they are enrolled. */
#ifndef CS_BASE_USER_NAME_H
#define CS_BASE_USER_NAME_H

#include <stdbool.h>

#include "base/error.h"

enum { CS_USER_NAME_MAX = 255 }; /* bytes */

/*
 * Whether an account may be called so, and something stored under that name: anything that
 * getpwnam() gives, a name of a domain with a backslash, an @ or blanks in it included, but nothing
 * that separates fields in the lists people keep: a line of such a list must not be taken for a
 * name. The message never shows the name, which may hold a secret then. CS_ERR_INPUT if not.
 */
enum cs_err cs_user_name_check(const char *name, struct cs_error *error) CS_MUST_USE;

/* Whether a word of it looks like a secret in base32. There are accounts with such names, so only a
 * name without an account is suspicious. */
bool cs_user_name_holds_secret(const char *name);

#endif
