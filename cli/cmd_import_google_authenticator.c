/* SPDX-License-Identifier: Apache-2.0 */
/* import google-authenticator: what pam_google_authenticator keeps, one file for each user. */
#include "cli/import_factors.h"

enum { USER, HOME_FOLDERS, ADD, SKIP_BAD, DRY_RUN };

const struct cs_verb_option cs_options_import_google_authenticator[CS_VERB_OPTIONS_MAX] = {
    [USER] = {"user", "NAME", "Whose file it is; its owner's by default."},
    [HOME_FOLDERS] = {"home-folders", NULL, "Read ~/.google_authenticator of every account."},
    [ADD] = {"add", NULL, "Also for users who have a factor with codes already."},
    [SKIP_BAD] = {"skip-bad", NULL, "Import the rest if some of it is wrong."},
    [DRY_RUN] = {"dry-run", NULL, "Store nothing; say what would be done."},
};

int cs_cmd_import_google_authenticator(struct cs_cli *cli, const struct cs_words *words)
{
    bool homes = words->options[HOME_FOLDERS] != NULL;

    if (homes && words->options[USER] != NULL)
        return cs_misuse(words->verb, "--user is for one file");
    cs_cli_act_detail(cli->act, homes ? "home-folders" : "");
    return cs_cli_import(
        cli, words,
        &(struct cs_cli_import_choice){.reader = cs_import_google,
                                       .label = "google-authenticator",
                                       .home_file = homes ? ".google_authenticator" : NULL,
                                       .user = words->options[USER],
                                       .by_owner = true,
                                       .add = words->options[ADD] != NULL,
                                       .skip_bad = words->options[SKIP_BAD] != NULL,
                                       .dry_run = words->options[DRY_RUN] != NULL});
}
