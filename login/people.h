/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a group, from a directory that may hang. */
#ifndef CS_LOGIN_PEOPLE_H
#define CS_LOGIN_PEOPLE_H

#include "login/directory.h"

/* Adds the members to `people`, as cs_people_of_group does. CS_ERR_NOT_FOUND: there is no such
 * group; CS_ERR_UNRESOLVED: the name services did not say, or not in time. */
enum cs_err cs_people_find(struct cs_directory *directory, const char *group,
                           const struct cs_patience *patience, struct cs_strlist *people,
                           struct cs_error *error) CS_MUST_USE;

#endif
