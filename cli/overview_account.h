/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is an account of each of many names. A look-up that fails is never "there is
 * none". */
#ifndef CS_CLI_OVERVIEW_ACCOUNT_H
#define CS_CLI_OVERVIEW_ACCOUNT_H

#include "base/error.h"
#include "base/names.h"
#include "login/directory.h"

enum cs_overview_state {
    CS_ACCOUNT_UNASKED, /* nobody was asked */
    CS_ACCOUNT_FOUND,
    CS_ACCOUNT_ABSENT,
    CS_ACCOUNT_UNRESOLVED,
};

/* The word for programs. */
const char *cs_overview_state_word(enum cs_overview_state state);

struct cs_overview_accounts {
    bool unasked;            /* names in the store are not accounts' names */
    unsigned most;           /* names to ask the name services about; 0: all */
    struct cs_strlist local; /* of cs_names_local_accounts */
    struct cs_directory *directory;
    unsigned asked, failures; /* failures: one after the other */
    unsigned unresolved;      /* names that nothing is known about */
    struct cs_error why;      /* of the first one */
};

/* Reads /etc/passwd, unless nobody is to be asked. */
enum cs_err cs_overview_accounts_open(struct cs_overview_accounts *accounts,
                                      struct cs_error *error) CS_MUST_USE;
void cs_overview_accounts_clear(struct cs_overview_accounts *accounts);

/* Asks the name services about names that /etc/passwd lacks, for a few seconds each; after three
 * failures in a row it asks no more, and the rest is unresolved. */
enum cs_overview_state cs_overview_account(struct cs_overview_accounts *accounts, const char *name,
                                           struct cs_uid *ret_uid);

#endif
