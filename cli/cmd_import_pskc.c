/* SPDX-License-Identifier: Apache-2.0 */
/* import pskc: containers of keys, as makers of hardware tokens deliver them. */
#include "cli/import_factors.h"

enum { USER, ADD, SKIP_BAD, DRY_RUN };

const struct cs_verb_option cs_options_import_pskc[CS_VERB_OPTIONS_MAX] = {
    [USER] = {"user", "NAME", "Whose they are; UserId says it by default."},
    [ADD] = {"add", NULL, "Also for users who have a factor with codes already."},
    [SKIP_BAD] = {"skip-bad", NULL, "Import the rest if some of it is wrong."},
    [DRY_RUN] = {"dry-run", NULL, "Store nothing; say what would be done."},
};

int cs_cmd_import_pskc(struct cs_cli *cli, const struct cs_words *words)
{
    return cs_cli_import(
        cli, words,
        &(struct cs_cli_import_choice){.reader = cs_import_pskc,
                                       .label = "pskc",
                                       .user = words->options[USER],
                                       .add = words->options[ADD] != NULL,
                                       .skip_bad = words->options[SKIP_BAD] != NULL,
                                       .dry_run = words->options[DRY_RUN] != NULL});
}
