/* SPDX-License-Identifier: Apache-2.0 */
/* Who ought to have something: accounts by their uid, and the members of a group. Names are sorted,
 * each once; the caller frees the lists. Like base/names.h, an error never looks like "nobody". */
#ifndef CS_BASE_PEOPLE_H
#define CS_BASE_PEOPLE_H

#include "base/names.h"

/* Adds the accounts in /etc/passwd whose uid is `least` or more, but nobody's (65534). Never asks a
 * directory, which would seldom list what it has. CS_NAMED_FOUND or CS_NAMED_UNRESOLVED. */
enum cs_named cs_people_from_uid(uid_t least, struct cs_strlist *people,
                                 struct cs_error *error) CS_MUST_USE;

/* Adds whom the name services and /etc/group list as the group's members, and the accounts in
 * /etc/passwd whose primary group it is. May hang for as long as a directory does. CS_NAMED_ABSENT:
 * there is no such group. */
enum cs_named cs_people_of_group(const char *group, struct cs_strlist *people,
                                 struct cs_error *error) CS_MUST_USE;

/* Sorts the list, and leaves each name in it once. */
void cs_people_sort(struct cs_strlist *people);

#endif
