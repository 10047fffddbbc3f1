/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs that import factors with codes share: from the words to the report. */
#ifndef CS_CLI_IMPORT_FACTORS_H
#define CS_CLI_IMPORT_FACTORS_H

#include "cli/cli.h"
#include "cli/import_source.h"
#include "cli/verb.h"
#include "import/imported.h"

/* What a verb asks for. Borrowed texts. */
struct cs_cli_import_choice {
    cs_import_reader *reader;
    const char *label;     /* of the factors, if the files have none */
    const char *home_file; /* NULL: files are named */
    const char *user;      /* NULL: the files say it */
    bool by_owner;         /* each file is one user's */
    bool hex, padded;      /* see struct cs_import_source */
    bool add;              /* also for those who have a factor with codes */
    bool skip_bad;         /* import the rest */
    bool dry_run;
};

/* Imports, all or nothing, and prints the report. Returns an exit status: CS_EXIT_OK if all of it
 * is in the store now, CS_EXIT_PARTLY if some of it was left out, CS_EXIT_FAILED if nothing was
 * done. */
int cs_cli_import(struct cs_cli *cli, const struct cs_words *words,
                  const struct cs_cli_import_choice *choice);

/* ---- import_report.c ---- */

/* What became of the rows. */
struct cs_cli_import_tally {
    size_t stored, known, twice, left_out; /* factors */
    size_t users;                          /* who got one */
    size_t codes;                          /* emergency codes */
};

struct cs_cli_import {
    const struct cs_cli_import_choice *choice;
    struct cs_cli_act *act;
    struct cs_cli_sources sources;
    struct cs_cli_accounts accounts;
    struct cs_imports imports;
    struct cs_import_plan *plan;
    struct cs_cli_import_tally tally;
    const struct cs_local_settings *settings; /* borrowed */
    int64_t now;
};

/* Adds notes of what the rows lose. */
enum cs_err cs_cli_import_note(struct cs_cli_import *import, struct cs_error *error) CS_MUST_USE;

/* Prints the notes and faults on standard error, in the order of their places. */
void cs_cli_import_remarks(struct cs_cli_import *import);

/* The report of an import that was done, or of one that would be. */
int cs_cli_import_report(const struct cs_cli *cli, struct cs_cli_import *import);

#endif
