/* SPDX-License-Identifier: Apache-2.0 */
/* All users of the store, and those who ought to be among them: what each has, whether there is an
 * account of the name, and what somebody should look at. */
#ifndef CS_CLI_OVERVIEW_H
#define CS_CLI_OVERVIEW_H

#include <stdio.h>

#include "cli/cli.h"
#include "cli/overview_account.h"
#include "store/overview.h"

/* What somebody should look at. */
enum cs_overview_note {
    CS_NOTE_NO_FACTOR, /* none that a login accepts */
    CS_NOTE_SUSPENDED,
    CS_NOTE_SUSPECT,    /* a security key that may have been copied */
    CS_NOTE_NO_ACCOUNT, /* an orphan */
    CS_NOTE_OTHER_UID,  /* enrolled for another account of that name */
    CS_NOTE_UNRESOLVED, /* whether there is an account is not known */
    CS_OVERVIEW_NOTES
};

struct cs_overview_row {
    unsigned notes; /* one bit for each of enum cs_overview_note */
    bool present;   /* something is stored; if not, `stored` has a name only */
    bool expected;  /* one of those who ought to have a factor */
    enum cs_overview_state account;
    struct cs_uid uid;            /* the account's */
    struct cs_stored_user stored; /* last, like the name in it */
};

static inline bool cs_overview_noted(const struct cs_overview_row *row, enum cs_overview_note note)
{
    return (row->notes >> note & 1) != 0;
}

/* The word for programs, such as "no-account". */
const char *cs_overview_word(enum cs_overview_note note);

/* Who ought to have a factor: both together if both are given; nobody is named if none is. */
struct cs_overview_choice {
    const char *group;   /* its members; or NULL */
    struct cs_uid least; /* accounts in /etc/passwd from that uid on */
    unsigned look_ups;   /* at most so many names for the name services; 0: all */
};

/* Zero at first. Release it with cs_overview_clear. */
struct cs_overview {
    FILE *rows;
    struct cs_overview_accounts accounts;
};

/* Reads the store at one moment, in a child that becomes the account countersign; then looks
 * everybody up. Logins wait for none of it. The rows are kept in memory outside of the heap, some
 * 100 bytes for each, and as much again until this returns. */
enum cs_err cs_overview_read(const struct cs_cli *cli, const struct cs_overview_choice *choice,
                             struct cs_overview *overview, struct cs_error *error) CS_MUST_USE;
void cs_overview_clear(struct cs_overview *overview);

/* Hands every row to `take`, in the order of the names; as often as it is called. */
typedef enum cs_err cs_overview_taker(const struct cs_overview_row *row, void *context,
                                      struct cs_error *error);
enum cs_err cs_overview_each(const struct cs_overview *overview, cs_overview_taker *take,
                             void *context, struct cs_error *error) CS_MUST_USE;

#endif
