/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an account is a member of groups. Name services cannot say "I do not know": while a
 * directory is away, they answer as if it knew nothing about the account. So "not a member" is
 * believed only if something shows that the directory has answered. */
#ifndef CS_LOGIN_MEMBERSHIP_H
#define CS_LOGIN_MEMBERSHIP_H

#include "login/directory.h"

/* In increasing precedence, for accounts in several of the groups. */
enum cs_membership {
    CS_MEMBERSHIP_NONE,       /* known not to be a member */
    CS_MEMBERSHIP_UNRESOLVED, /* not known */
    CS_MEMBERSHIP_LISTED, /* the group lists the account, but the account's own groups lack it */
    CS_MEMBERSHIP_MEMBER,
};

/* Lists of groups in the form of login/group_list.h, borrowed; NULL: none. Members of the first are
 * not asked even if they are in the second. */
struct cs_policy_groups {
    const char *exempt, *asked;
};

enum { CS_GROUP_SHOWN_SIZE = 256 };

struct cs_memberships {
    enum cs_membership exempt, asked; /* NONE if the list is NULL */
    /* A name in the list that neither the files nor the name services have; cut short, for
     * messages; "": none was found out. */
    char no_exempt[CS_GROUP_SHOWN_SIZE], no_asked[CS_GROUP_SHOWN_SIZE];
};

/* For a local account and a local group, /etc/group decides, along with what a directory adds if it
 * answers in time: a directory that hangs does not hold local accounts. Never fails: what could not
 * be found out is UNRESOLVED. */
struct cs_memberships cs_memberships_find(struct cs_directory *directory,
                                          const struct cs_account *account,
                                          const struct cs_policy_groups *groups,
                                          const struct cs_patience *patience);

#endif
