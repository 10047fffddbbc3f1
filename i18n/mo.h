/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a gettext catalogue (the .mo format of GNU gettext's manual, section "The Format of GNU MO
 * Files"). libintl is not used: it follows the process's locale and environment, but a broker
 * speaks many languages at once. The file is read, not mapped, because a mapped file may be
 * truncated while we use it.
 */
#ifndef CS_I18N_MO_H
#define CS_I18N_MO_H

#include <stddef.h>

#include "base/error.h"

enum { CS_MO_BYTES_MAX = 1 << 20, CS_MO_STRINGS_MAX = 4096 };

struct cs_mo;

/* Checks every offset and every string in `length` bytes; keeps a copy. `name` is for errors. */
enum cs_err cs_mo_parse(const char *name, const void *data, size_t length, struct cs_mo **ret_mo,
                        struct cs_error *error) CS_MUST_USE;
void cs_mo_free(struct cs_mo **mo);

/* The translation of `text` in `context`, borrowed; NULL if there is none. */
const char *cs_mo_find(const struct cs_mo *mo, const char *context, const char *text);

/* The same for a text with several forms: `forms` are the two English ones, each with a NUL at its
 * end, and so are those of the translation; NULL unless there are `count` and none is empty. */
const char *cs_mo_find_forms(const struct cs_mo *mo, const char *context, const char *forms,
                             unsigned count);

#endif
