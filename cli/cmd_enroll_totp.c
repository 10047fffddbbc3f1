/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/enrol_device.h"

enum { SECRET, ALGORITHM, DIGITS, PERIOD, ISSUER, LABEL, NO_CONFIRM, ADD, BATCH, LIGHT };

const struct cs_verb_option cs_options_enroll_totp[CS_VERB_OPTIONS_MAX] = {
    [SECRET] = {"secret", "-", "Read the secret, in base32, from standard input."},
    [ALGORITHM] = {"algorithm", "NAME", "sha1 (the default), sha256 or sha512."},
    [DIGITS] = {"digits", "NUMBER", "6 (the default), 7 or 8."},
    [PERIOD] = {"period", "SECONDS", "How long a code is shown; 30 by default."},
    [ISSUER] = {"issuer", "TEXT", "What an app shows above the code; may have %U, %H."},
    [LABEL] = {"label", "TEXT", "A name to tell factors apart."},
    [NO_CONFIRM] = {"no-confirm", NULL, "Do not ask for a code from the app."},
    [ADD] = {"add", NULL, "Also if the user has such a factor already."},
    [BATCH] = {"batch", "FILE", "Enrol every user in this file, or none of them."},
    [LIGHT] = {"light", NULL, "The terminal writes light on dark, without colours."},
};

static int read_words(const struct cs_cli *cli, const struct cs_words *words,
                      struct cs_enrol_wishes *wishes)
{
    const char *digits = words->options[DIGITS], *period = words->options[PERIOD];

    *wishes = (struct cs_enrol_wishes){.choice = {.user = words->operands[0],
                                                  .account = cli->account.uid,
                                                  .algorithm = words->options[ALGORITHM],
                                                  .label = words->options[LABEL]},
                                       .issuer = words->options[ISSUER],
                                       .add = words->options[ADD] != NULL,
                                       .no_confirm = words->options[NO_CONFIRM] != NULL,
                                       .light = words->options[LIGHT] != NULL,
                                       .secret = words->options[SECRET]};
    if (digits != NULL && !cs_enrol_positive(digits, &wishes->choice.digits))
        return cs_usage_error("--digits '%s': 6, 7 or 8 expected", digits);
    if (period != NULL && !cs_enrol_positive(period, &wishes->choice.period))
        return cs_usage_error("--period '%s': seconds expected", period);
    if ((words->options[BATCH] == NULL) != (wishes->choice.user != NULL))
        return cs_misuse(words->verb, "either a user or --batch expected");
    return words->options[BATCH] == NULL ? cs_enrol_check(cli, wishes) : CS_EXIT_OK;
}

static int enrol_batch(struct cs_cli *cli, const char *path, const struct cs_enrol_wishes *wishes)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_error error = {0};
    struct cs_options options;
    struct cs_app_names names;
    enum cs_err result = cs_cli_options(cli, &config, &options, &error);

    if (result == CS_OK)
        result = cs_app_names_read(&options, wishes->issuer, &names, &error);
    return result == CS_OK
               ? cs_enrol_batch(cli, &names,
                                &(struct cs_batch_choice){.path = path, .add = wishes->add})
               : cs_complain(&error);
}

int cs_cmd_enroll_totp(struct cs_cli *cli, const struct cs_words *words)
{
    const char *batch = words->options[BATCH];
    struct cs_enrol_wishes wishes;
    int status = read_words(cli, words, &wishes);

    if (status != CS_EXIT_OK)
        return status;
    cs_cli_act_detail(cli->act, batch != NULL ? "batch" : "");
    return batch != NULL ? enrol_batch(cli, batch, &wishes) : cs_enrol_device(cli, &wishes);
}
