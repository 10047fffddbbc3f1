/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in which group, by the files below a root. Nobody is let in by it: an entry that makes no
 * sense is passed over. */
#ifndef CS_DOCTOR_ACCOUNTS_H
#define CS_DOCTOR_ACCOUNTS_H

#include "base/strlist.h"

struct cs_accounts {
    struct cs_strlist users, primary;           /* names, and the number of each one's group */
    struct cs_strlist groups, numbers, members; /* names, numbers, names with commas */
};

/* Files that do not exist have no entries. Release it with cs_accounts_clear. */
enum cs_err cs_accounts_read(const char *root, struct cs_accounts *ret_accounts,
                             struct cs_error *error) CS_MUST_USE;

/* Adds the users that sshd's `Match Group` with these patterns is about. */
enum cs_err cs_accounts_in_groups(const struct cs_accounts *accounts, const char *patterns,
                                  struct cs_strlist *ret_users) CS_MUST_USE;

void cs_accounts_clear(struct cs_accounts *accounts);

#endif
