/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/standard.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "conversation/terminal.h"

enum { SECRET, ALGORITHM, DIGITS, PERIOD, ISSUER, LABEL, NO_CONFIRM, ADD, BATCH };

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
};

enum { CONFIRM_TRIES = 3 };

struct wishes {
    struct cs_enrolment_choice choice;
    const char *batch, *issuer;
    bool add, no_confirm, secret_from_input;
};

static bool parse_number(const char *text, unsigned *ret_number)
{
    unsigned number = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || number > 100000)
            return false;
        number = number * 10 + (unsigned)(*c - '0');
    }
    *ret_number = number;
    return number > 0;
}

static int read_words(const struct cs_cli *cli, const struct cs_words *words, struct wishes *wishes)
{
    const char *secret = words->options[SECRET];
    const char *digits = words->options[DIGITS], *period = words->options[PERIOD];

    *wishes = (struct wishes){.choice = {.user = words->operands[0],
                                         .account = cli->account.uid,
                                         .algorithm = words->options[ALGORITHM],
                                         .label = words->options[LABEL]},
                              .batch = words->options[BATCH],
                              .issuer = words->options[ISSUER],
                              .add = words->options[ADD] != NULL,
                              .no_confirm = words->options[NO_CONFIRM] != NULL,
                              .secret_from_input = secret != NULL};
    if (secret != NULL && strcmp(secret, "-") != 0)
        return cs_usage_error("--secret takes only '-': anybody could see a secret on the command "
                              "line; write it to standard input");
    if (digits != NULL && !parse_number(digits, &wishes->choice.digits))
        return cs_usage_error("--digits '%s': 6, 7 or 8 expected", digits);
    if (period != NULL && !parse_number(period, &wishes->choice.period))
        return cs_usage_error("--period '%s': seconds expected", period);
    if ((wishes->batch == NULL) != (wishes->choice.user != NULL))
        return cs_misuse(words->verb, "either a user or --batch expected");
    if (cli->json && !wishes->no_confirm && wishes->batch == NULL)
        return cs_usage_error("--json asks no questions: add --no-confirm");
    return CS_EXIT_OK;
}

static enum cs_err prepare(struct wishes *wishes, struct cs_enrolment *enrolment,
                           struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    enum cs_err result = CS_OK;

    if (wishes->secret_from_input) {
        result = cs_terminal_ask("", false, &line, error);
        if (result == CS_OK && strlen(line.data) != line.length)
            result = cs_fail(error, CS_ERR_INPUT, "the secret contains a NUL");
        wishes->choice.secret = line.data;
    }
    if (result == CS_OK)
        result = cs_enrolment_prepare(&wishes->choice, enrolment, error);
    wishes->choice.secret = NULL;
    return result;
}

/* A secret that is typed or scanned, and how it is shown. */
struct enrolling {
    struct cs_app_names names;
    struct cs_enrolment enrolment;
    bool add;
};

static void clear_enrolling(struct enrolling *enrolling)
{
    cs_enrolment_clear(&enrolling->enrolment);
}

static enum cs_err show(const struct enrolling *enrolling, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret uri = {0};
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    enum cs_err result =
        cs_enrolment_texts(&enrolling->names, &enrolling->enrolment, &uri, &key, error);

    if (result != CS_OK)
        return result;
    (void)printf("Scan this with an authenticator app:\n\n");
    if (!cs_print_qr(uri.data))
        (void)printf("(too long for a QR code)\n");
    (void)printf("\nor type the secret: %s\nor open: %s\n\n", key.data, uri.data);
    return cs_standard_flush(NULL) == CS_OK
               ? CS_OK
               : cs_fail(error, CS_ERR_SYSTEM,
                         "nothing was stored, because the secret could not be shown");
}

/* What is lost if the output that follows fails: with --json, all of it follows. */
static enum cs_err will_report(struct cs_cli *cli, const char *user, struct cs_error *error)
{
    return cli->json
               ? cs_will_show(cli, error,
                              "the factor is stored, but its secret was not shown: remove it "
                              "(countersign list %s; countersign remove %s ID) and enrol again",
                              user, user)
               : cs_will_show(cli, error,
                              "the factor is stored, but perhaps no recovery code was shown: run "
                              "'countersign recovery %s'",
                              user);
}

static enum cs_err confirm(struct cs_enrolment *enrolment, struct cs_error *error)
{
    for (int i = 0; i < CONFIRM_TRIES; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};
        bool right = false;
        enum cs_err result =
            cs_terminal_ask("Verification code from the app: ", true, &code, error);

        if (result == CS_OK)
            result = cs_enrolment_confirm(enrolment, &code, &right, error);
        if (result != CS_OK || right)
            return result;
        (void)puts("That code is not right.");
    }
    return cs_fail(error, CS_ERR_INPUT,
                   "nothing was stored: no code was right; compare the clocks of this machine and "
                   "of the app");
}

static enum cs_err save(const struct cs_transaction *transaction, void *context,
                        struct cs_error *error)
{
    struct enrolling *enrolling = context;
    struct cs_enrolment *enrolment = &enrolling->enrolment;
    enum cs_err result = enrolling->add ? CS_OK : cs_enrolment_look(transaction, enrolment, error);

    if (result == CS_OK && enrolment->superfluous)
        result = cs_fail(error, CS_ERR_INPUT,
                         "%s has a TOTP or HOTP factor already (countersign list %s): --add gives another "
                         "one, 'countersign remove' takes the old one away",
                         enrolment->factor.user, enrolment->factor.user);
    return result == CS_OK ? cs_enrolment_save(transaction, enrolment, error) : result;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct enrolling *enrolling = context;
    const struct cs_enrolment *enrolment = &enrolling->enrolment;

    (void)error;
    (void)printf("%s now has factor %lld.\n", enrolment->factor.user,
                 (long long)enrolment->factor.id);
    cs_print_codes(enrolment);
    return CS_OK;
}

static enum cs_err write_json(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct enrolling *enrolling = context;

    return cs_write_enrolment(writer, &enrolling->names, &enrolling->enrolment, error);
}

/* A user who scans a secret believes that it is enrolled, so it is shown only if the store accepts
 * it. What this trial made is thrown away. */
static enum cs_err rehearse(struct cs_store *store, struct enrolling *enrolling,
                            struct cs_error *error)
{
    enum cs_err result = cs_cli_rehearse(store, save, enrolling, error);

    enrolling->enrolment.factor.id = 0;
    enrolling->enrolment.factor.last_step = -1;
    enrolling->enrolment.codes_count = 0;
    return result;
}

/* From the secret to the factor. */
static enum cs_err make(const struct cs_cli *cli, struct wishes *wishes,
                        struct enrolling *enrolling, struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_cli_open_store(cli, &store, error);

    if (result == CS_OK)
        result = prepare(wishes, &enrolling->enrolment, error);
    if (result == CS_OK && !cli->json)
        result = rehearse(store, enrolling, error);
    if (result == CS_OK && !cli->json)
        result = show(enrolling, error);
    if (result == CS_OK && !wishes->no_confirm)
        result = confirm(&enrolling->enrolment, error);
    if (result == CS_OK && wishes->secret_from_input)
        result = cs_cli_input_ends(error);
    return result == CS_OK ? cs_cli_act(cli, store, save, enrolling, error) : result;
}

static int enrol(struct cs_cli *cli, const struct cs_app_names *names, struct wishes *wishes)
{
    static const struct cs_report report = {.say = say, .write = write_json};
    CS_AUTO(clear_enrolling) struct enrolling enrolling = {.names = *names, .add = wishes->add};
    struct cs_error error = {0};
    enum cs_err result;

    result = will_report(cli, wishes->choice.user, &error);
    if (result == CS_OK)
        result = make(cli, wishes, &enrolling, &error);
    return result == CS_OK ? cs_report(cli, &report, &enrolling) : cs_complain(&error);
}

int cs_cmd_enroll_totp(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_error error = {0};
    struct cs_options options;
    struct cs_app_names names;
    struct wishes wishes;
    int status = read_words(cli, words, &wishes);
    enum cs_err result;

    if (status != CS_EXIT_OK)
        return status;
    cs_cli_act_detail(cli->act, wishes.batch != NULL ? "batch" : "");
    result = cs_cli_options(cli, &config, &options, &error);
    if (result == CS_OK)
        result = cs_app_names_read(&options, wishes.issuer, &names, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    return wishes.batch != NULL
               ? cs_enrol_batch(cli, &names, &(struct cs_batch_choice){wishes.batch, wishes.add})
               : enrol(cli, &names, &wishes);
}
