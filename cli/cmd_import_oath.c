/* SPDX-License-Identifier: Apache-2.0 */
/* import oath: pam_oath's file of users. */
#include "cli/import_factors.h"

enum { ADD, SKIP_BAD, DRY_RUN };

const struct cs_verb_option cs_options_import_oath[CS_VERB_OPTIONS_MAX] = {
    [ADD] = {"add", NULL, "Also for users who have a factor with codes already."},
    [SKIP_BAD] = {"skip-bad", NULL, "Import the rest if some of it is wrong."},
    [DRY_RUN] = {"dry-run", NULL, "Store nothing; say what would be done."},
};

int cs_cmd_import_oath(struct cs_cli *cli, const struct cs_words *words)
{
    return cs_cli_import(
        cli, words,
        &(struct cs_cli_import_choice){.reader = cs_import_oath,
                                       .label = "pam_oath",
                                       .add = words->options[ADD] != NULL,
                                       .skip_bad = words->options[SKIP_BAD] != NULL,
                                       .dry_run = words->options[DRY_RUN] != NULL});
}
