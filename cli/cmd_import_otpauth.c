/* SPDX-License-Identifier: Apache-2.0 */
/* import otpauth: URIs, one a line, and the exports of authenticator apps. */
#include "cli/import_factors.h"

enum { USER, HEX, PADDING, ADD, SKIP_BAD, DRY_RUN };

const struct cs_verb_option cs_options_import_otpauth[CS_VERB_OPTIONS_MAX] = {
    [USER] = {"user", "NAME", "Whose they are; the labels say it by default."},
    [HEX] = {"hex", NULL, "The secrets are hexadecimal, not base32."},
    [PADDING] = {"otplib-padding", NULL, "Repeat short SHA-256/512 keys, as otplib 12 does."},
    [ADD] = {"add", NULL, "Also for users who have a factor with codes already."},
    [SKIP_BAD] = {"skip-bad", NULL, "Import the rest if some of it is wrong."},
    [DRY_RUN] = {"dry-run", NULL, "Store nothing; say what would be done."},
};

int cs_cmd_import_otpauth(struct cs_cli *cli, const struct cs_words *words)
{
    return cs_cli_import(
        cli, words,
        &(struct cs_cli_import_choice){.reader = cs_import_otpauth,
                                       .label = "",
                                       .user = words->options[USER],
                                       .hex = words->options[HEX] != NULL,
                                       .padded = words->options[PADDING] != NULL,
                                       .add = words->options[ADD] != NULL,
                                       .skip_bad = words->options[SKIP_BAD] != NULL,
                                       .dry_run = words->options[DRY_RUN] != NULL});
}
