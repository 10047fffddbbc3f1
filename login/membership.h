/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an account is a member of groups. Name services cannot say "I do not know": while a
 * directory is away they answer as if it had nothing to say of the account. So "is no member" is
 * believed only where something shows that the question was answered.
 */
#ifndef CS_LOGIN_MEMBERSHIP_H
#define CS_LOGIN_MEMBERSHIP_H

#include "login/directory.h"

/* In the order in which one counts more than another, where there are several groups. */
enum cs_membership {
    CS_MEMBERSHIP_NONE,       /* is known to be no member */
    CS_MEMBERSHIP_UNRESOLVED, /* nobody knows */
    CS_MEMBERSHIP_LISTED,     /* in the group's list of members, not in the account's of groups */
    CS_MEMBERSHIP_MEMBER,
};

/* Lists of groups as login/group_list.h reads them, borrowed; NULL: none. Members of the first are
 * not asked even if they are in the second. */
struct cs_policy_groups {
    const char *exempt, *asked;
};

struct cs_memberships {
    enum cs_membership exempt, asked; /* NONE for a list that is NULL */
};

/*
 * A local account's membership in a local group is what /etc/group says, and where a directory adds
 * to it what that says in good time: a directory that hangs does not hold local accounts. Never
 * fails: what could not be found out is UNRESOLVED.
 */
struct cs_memberships cs_memberships_find(struct cs_directory *directory,
                                          const struct cs_account *account,
                                          const struct cs_policy_groups *groups,
                                          const struct cs_patience *patience);

#endif
