/* SPDX-License-Identifier: Apache-2.0 */
/* What a name means that is no option: names that machine translation of IBM's pages has damaged
 * and that administrators copy, and slips of the keyboard. For messages only; nothing is accepted
 * because of it. */
#ifndef CS_LOGIN_MANGLED_H
#define CS_LOGIN_MANGLED_H

#include <stddef.h>

struct cs_option;

/* The option that was meant, or NULL. `name` has `length` bytes. */
const char *cs_meant_option(const char *name, size_t length);

/* The value that was meant, of an option that has a list of them; NULL: none is near. */
const char *cs_meant_value(const struct cs_option *option, const char *value);

#endif
