/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/enrol_device.h"

enum { SECRET, COUNTER, ALGORITHM, DIGITS, ISSUER, LABEL, NO_CONFIRM, ADD, LIGHT };

const struct cs_verb_option cs_options_enroll_hotp[CS_VERB_OPTIONS_MAX] = {
    [SECRET] = {"secret", "-", "Read the secret, in base32, from standard input."},
    [COUNTER] = {"counter", "NUMBER", "The counter of the device's next code; 0 by default."},
    [ALGORITHM] = {"algorithm", "NAME", "sha1 (the default), sha256 or sha512."},
    [DIGITS] = {"digits", "NUMBER", "6 (the default), 7 or 8."},
    [ISSUER] = {"issuer", "TEXT", "What an app shows above the code; may have %U, %H."},
    [LABEL] = {"label", "TEXT", "A name to tell factors apart."},
    [NO_CONFIRM] = {"no-confirm", NULL, "Do not ask for a code from the device."},
    [ADD] = {"add", NULL, "Also if the user has a factor with codes already."},
    [LIGHT] = {"light", NULL, "The terminal writes light on dark, without colours."},
};

static int read_words(const struct cs_cli *cli, const struct cs_words *words,
                      struct cs_enrol_wishes *wishes)
{
    const char *digits = words->options[DIGITS], *counter = words->options[COUNTER];

    *wishes = (struct cs_enrol_wishes){.choice = {.kind = CS_STORED_HOTP,
                                                  .user = words->operands[0],
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
    if (counter != NULL &&
        !cs_enrol_number(counter, CS_ENROLMENT_COUNTER_MAX, &wishes->choice.counter))
        return cs_usage_error("--counter '%s': a number from 0 to %lld expected", counter,
                              (long long)CS_ENROLMENT_COUNTER_MAX);
    return cs_enrol_check(cli, wishes);
}

int cs_cmd_enroll_hotp(struct cs_cli *cli, const struct cs_words *words)
{
    struct cs_enrol_wishes wishes;
    int status = read_words(cli, words, &wishes);

    return status == CS_EXIT_OK ? cs_enrol_device(cli, &wishes) : status;
}
