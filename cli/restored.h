/* SPDX-License-Identifier: Apache-2.0 */
/* What a store that was restored from a backup takes for unspent, and who says it. */
#ifndef CS_CLI_RESTORED_H
#define CS_CLI_RESTORED_H

#include "base/strlist.h"
#include "cli/cli.h"
#include "cli/verb.h"

/* The options that say what becomes of recovery codes: rows for the table of a verb, and their
 * places in it. */
enum { CS_RESTORED_LOG, CS_RESTORED_SPEND, CS_RESTORED_KEEP };
#define CS_RESTORED_OPTIONS                                                                        \
    [CS_RESTORED_LOG] = {"log", "FILE",                                                            \
                         "Spend the recovery codes of users who used one, by this log."},          \
    [CS_RESTORED_SPEND] = {"spend-codes", NULL, "Spend all recovery codes of all users."},         \
    [CS_RESTORED_KEEP] = {"keep-codes", NULL, "Keep all recovery codes."}

struct cs_restored {
    struct cs_cli_act *act; /* gets the users whose codes are spent by the log */
    const char *log;        /* NULL: no log */
    bool spend, keep;       /* all recovery codes */
    bool logins;            /* the log has some */
    struct cs_strlist used; /* users who used one, under the provider's names */
    struct cs_strlist met;  /* users who got in with a factor or code, under the same names */
    size_t met_full;        /* as many of them, and each is kept once */
    struct cs_strlist keys; /* IDs of security keys whose counter went back */
    unsigned factors, counters, users, copied, former;
};

void cs_restored_clear(struct cs_restored *restored);

/* Takes the options, also as the detail of the act, and reads the log, as root: nobody else may.
 * Returns an exit status, after complaining. The caller clears it in any case. */
int cs_restored_read(const struct cs_cli *cli, const struct cs_words *words,
                     struct cs_restored *ret_restored);

/* Spends it, in an open transaction; `context` is the struct cs_restored. */
cs_cli_work cs_restored_spend;

/* Prints what was spent. `compared`: the store of before was read, and what it had spent is. */
void cs_restored_say(const struct cs_restored *restored, bool compared);

#endif
