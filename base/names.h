/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts and groups: what this machine's files say, and what the name services say. The only
 * caller of getpwnam_r and its like, so that an error is always told from "there is none". The
 * functions with `local` in their name read /etc/passwd and /etc/group themselves and never wait
 * for anybody; the others may hang for as long as a directory does.
 */
#ifndef CS_BASE_NAMES_H
#define CS_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/gids.h"
#include "base/strlist.h"
#include "base/uid.h"
#include "base/user_name.h"

enum { CS_ACCOUNT_NAME_SIZE = CS_USER_NAME_MAX + 1 };

/* What a look-up found out. Where something failed on the way nothing is known, least of all that
 * there is no such entry; the error says why. */
enum cs_named {
    CS_NAMED_UNRESOLVED = 0,
    CS_NAMED_ABSENT,
    CS_NAMED_FOUND,
};

struct cs_account {
    bool known;                      /* an entry was found */
    bool local;                      /* it came from /etc/passwd */
    bool local_uid;                  /* its uid stands in /etc/passwd, be it under another name */
    char name[CS_ACCOUNT_NAME_SIZE]; /* canonical; may differ from the one typed */
    uid_t uid;
    gid_t gid;
    char gecos[1025]; /* "" in place of a longer one */
};

struct cs_group {
    gid_t gid;
    bool lists;   /* its list of members has the account asked for */
    bool peopled; /* its list of members has anybody */
};

/* The account called `name`. `ret_account` is set whatever the result is. */
enum cs_named cs_names_local_account(const char *name, struct cs_account *ret_account,
                                     struct cs_error *error) CS_MUST_USE;
enum cs_named cs_names_account(const char *name, struct cs_account *ret_account,
                               struct cs_error *error) CS_MUST_USE;

/* The same for a uid; of several names that one uid has, the first. */
enum cs_named cs_names_local_account_of(uid_t uid, struct cs_account *ret_account,
                                        struct cs_error *error) CS_MUST_USE;
enum cs_named cs_names_account_of(uid_t uid, struct cs_account *ret_account,
                                  struct cs_error *error) CS_MUST_USE;

/* Says that `what` called `name` cannot be looked up because of `failure` (an errno); returns
 * CS_NAMED_UNRESOLVED. */
enum cs_named cs_names_unresolved(struct cs_error *error, int failure, const char *what,
                                  const char *name);

/* For messages: the account's name in /etc/passwd, or "uid NUMBER". */
enum { CS_WHO_SIZE = CS_ACCOUNT_NAME_SIZE };
void cs_names_local_who(uid_t uid, char ret_text[CS_WHO_SIZE]);

/* All accounts in /etc/passwd, each as "NAME:UID", sorted: whoever asks for many reads the file
 * once. CS_NAMED_FOUND or CS_NAMED_UNRESOLVED. The caller frees `ret_accounts`. */
enum cs_named cs_names_local_accounts(struct cs_strlist *ret_accounts,
                                      struct cs_error *error) CS_MUST_USE;

/* The uid that such a list has for the name. */
struct cs_uid cs_names_listed_uid(const struct cs_strlist *accounts, const char *name);

/* From the files, and where those have no such account from the name services. */
enum cs_named cs_names_any_account(const char *name, struct cs_account *ret_account,
                                   struct cs_error *error) CS_MUST_USE;

/* The group called `name`, and whether it lists `account`. */
enum cs_named cs_names_local_group(const char *name, const char *account,
                                   struct cs_group *ret_group, struct cs_error *error) CS_MUST_USE;
enum cs_named cs_names_group(const char *name, const char *account, struct cs_group *ret_group,
                             struct cs_error *error) CS_MUST_USE;

/* The names of all groups in /etc/group, sorted. CS_NAMED_FOUND or CS_NAMED_UNRESOLVED. The caller
 * frees `ret_names`. */
enum cs_named cs_names_local_groups(struct cs_strlist *ret_names,
                                    struct cs_error *error) CS_MUST_USE;

/*
 * The gids of an account: those of /etc/group that list it, and all that the name services know,
 * the primary one among them. CS_NAMED_FOUND or CS_NAMED_UNRESOLVED. The name services cannot say
 * that they do not know: a directory that is away looks like one in which the account is a member
 * of nothing. The caller frees `ret_gids`.
 */
enum cs_named cs_names_local_gids(const char *account, struct cs_gids *ret_gids,
                                  struct cs_error *error) CS_MUST_USE;
enum cs_named cs_names_gids(const struct cs_account *account, struct cs_gids *ret_gids,
                            struct cs_error *error) CS_MUST_USE;

#endif
