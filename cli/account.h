/* SPDX-License-Identifier: Apache-2.0 */
/* The account that a verb is asked to act on. Logins use the account's canonical name, so whatever
 * is stored must be stored under that, whatever was typed. */
#ifndef CS_CLI_ACCOUNT_H
#define CS_CLI_ACCOUNT_H

#include "base/names.h"

enum cs_cli_account_rule {
    CS_CLI_ACCOUNT_OPTIONAL, /* one user: an unknown name may become an account later, in a
                                directory say */
    CS_CLI_ACCOUNT_REQUIRED, /* one of many, which nobody checks one by one */
    CS_CLI_ACCOUNT_UNASKED,  /* --no-account: use the name as it is */
};

struct cs_cli_account {
    bool known;                      /* it was looked up, and there is such an account */
    struct cs_uid uid;               /* its uid, then */
    char name[CS_ACCOUNT_NAME_SIZE]; /* the name to use */
    char note[1024]; /* what the user must know if the name differs from the typed one, or "" */
};

/* Looks `user` up, for a few seconds at most. CS_ERR_NOT_FOUND and CS_ERR_UNRESOLVED only under
 * CS_CLI_ACCOUNT_REQUIRED; otherwise the result is a note, and the name as it was typed. A name
 * that no account can have (cs_user_name_check) is not looked up. It is CS_ERR_INPUT if it is one
 * of many, or if it is empty or too long to be stored. Otherwise it is used as it is, without a
 * note, so that entries from an earlier version can be seen and removed. A verb that stores
 * something new checks the name. */
enum cs_err cs_cli_account_find(const char *user, enum cs_cli_account_rule rule,
                                struct cs_cli_account *ret_account,
                                struct cs_error *error) CS_MUST_USE;

/* The same for many: reads /etc/passwd once, and asks the name services only for names that it
 * lacks. */
struct cs_cli_accounts {
    enum cs_cli_account_rule rule;
    struct cs_strlist local; /* those in /etc/passwd, see cs_names_local_accounts */
};

enum cs_err cs_cli_accounts_open(enum cs_cli_account_rule rule,
                                 struct cs_cli_accounts *ret_accounts,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_cli_accounts_find(const struct cs_cli_accounts *accounts, const char *user,
                                 struct cs_cli_account *ret_account,
                                 struct cs_error *error) CS_MUST_USE;
void cs_cli_accounts_clear(struct cs_cli_accounts *accounts);

#endif
