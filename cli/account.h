/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account that a verb is asked to act on. Logins use an account's canonical name, so whatever
 * is stored has to be stored under that, however it was typed.
 */
#ifndef CS_CLI_ACCOUNT_H
#define CS_CLI_ACCOUNT_H

#include "base/names.h"

enum cs_cli_account_rule {
    CS_CLI_ACCOUNT_OPTIONAL, /* one user: who is unknown may come later, from a directory say */
    CS_CLI_ACCOUNT_REQUIRED, /* one of many, of whom nobody looks at each */
    CS_CLI_ACCOUNT_UNASKED,  /* --no-account: the name is used as it is */
};

struct cs_cli_account {
    char name[CS_ACCOUNT_NAME_SIZE]; /* to be used */
    char note[1024];                 /* what whoever typed another name has to know, or "" */
};

/*
 * Looks `user` up, for a few seconds at most. CS_ERR_NOT_FOUND and CS_ERR_UNRESOLVED under
 * CS_CLI_ACCOUNT_REQUIRED only; otherwise there is a note, and the name as it was typed. A name
 * that no account can have (cs_user_name_check) is not looked up: it is CS_ERR_INPUT among many,
 * and whenever nothing can be stored under it because it is empty or too long; else it is used as
 * it is, without a note, so that what an earlier version stored can be seen and removed. Whoever
 * stores something new checks the name.
 */
enum cs_err cs_cli_account_find(const char *user, enum cs_cli_account_rule rule,
                                struct cs_cli_account *ret_account,
                                struct cs_error *error) CS_MUST_USE;

/* The same for many: /etc/passwd is read once, and the name services are asked only for names that
 * it does not have. */
struct cs_cli_accounts {
    enum cs_cli_account_rule rule;
    struct cs_strlist local; /* names in /etc/passwd, sorted */
};

enum cs_err cs_cli_accounts_open(enum cs_cli_account_rule rule,
                                 struct cs_cli_accounts *ret_accounts,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_cli_accounts_find(const struct cs_cli_accounts *accounts, const char *user,
                                 struct cs_cli_account *ret_account,
                                 struct cs_error *error) CS_MUST_USE;
void cs_cli_accounts_clear(struct cs_cli_accounts *accounts);

#endif
