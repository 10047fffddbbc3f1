/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of groups in its written form: names with commas between them. A name may have blanks
 * inside; one with a comma, or with blanks at an end, stands in double quotes.
 *
 *     staff,domain admins,"Paris, France"
 */
#ifndef CS_LOGIN_GROUP_LIST_H
#define CS_LOGIN_GROUP_LIST_H

#include "base/buffer.h"
#include "base/strlist.h"

/* The names of a list. CS_ERR_CONFIG says what is wrong with it; the caller frees `ret_names` in
 * any case. */
enum cs_err cs_group_list_read(const char *list, struct cs_strlist *ret_names,
                               struct cs_error *error) CS_MUST_USE;

/* Puts a name at the end of a list; false when it cannot be the name of a group. */
bool cs_group_list_add(struct cs_buffer *list, const char *name) CS_MUST_USE;

#endif
