/* SPDX-License-Identifier: Apache-2.0 */
/* A list of groups as it is written: names separated by commas. A name may contain blanks; one with
 * a comma, or with blanks at either end, is put in double quotes: staff,domain admins,"Paris,
 * France" */
#ifndef CS_LOGIN_GROUP_LIST_H
#define CS_LOGIN_GROUP_LIST_H

#include "base/buffer.h"
#include "base/strlist.h"

/* The names in a list. CS_ERR_CONFIG says what is wrong with it; the caller frees `ret_names` in
 * any case. */
enum cs_err cs_group_list_read(const char *list, struct cs_strlist *ret_names,
                               struct cs_error *error) CS_MUST_USE;

/* Appends a name to a list; false if it cannot be a group's name. */
bool cs_group_list_add(struct cs_buffer *list, const char *name) CS_MUST_USE;

#endif
