/* SPDX-License-Identifier: Apache-2.0 */
/* Enrols one app or device with codes: shows the secret, asks for a first code, stores. */
#include <string.h>

#include "base/standard.h"
#include "cli/enrol_device.h"
#include "conversation/terminal.h"

enum { CONFIRM_TRIES = 3, POSITIVE_MAX = 1000000 };

bool cs_enrol_number(const char *text, int64_t most, int64_t *ret_number)
{
    int64_t number = 0;

    for (const char *c = text; *c != '\0'; c++) {
        int digit = *c - '0';

        if (digit < 0 || digit > 9 || number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return text[0] != '\0';
}

bool cs_enrol_positive(const char *text, unsigned *ret_number)
{
    int64_t number = 0;
    bool valid = cs_enrol_number(text, POSITIVE_MAX, &number);

    *ret_number = (unsigned)number;
    return valid && number > 0;
}

int cs_enrol_check(const struct cs_cli *cli, const struct cs_enrol_wishes *wishes)
{
    if (wishes->secret != NULL && strcmp(wishes->secret, "-") != 0)
        return cs_usage_error("--secret takes only '-': anybody could see a secret on the command "
                              "line; write it to standard input");
    if (cli->json && !wishes->no_confirm)
        return cs_usage_error("--json asks no questions: add --no-confirm");
    return CS_EXIT_OK;
}

static enum cs_err prepare(struct cs_enrol_wishes *wishes, struct cs_enrolment *enrolment,
                           struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    enum cs_err result = CS_OK;

    if (wishes->secret != NULL) {
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
    bool add, light;
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
    cs_print_qr(uri.data, enrolling->light);
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
    bool hotp = enrolment->factor.kind == CS_STORED_HOTP;

    for (int i = 0; i < CONFIRM_TRIES; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};
        bool right = false;
        enum cs_err result = cs_terminal_ask(
            hotp ? "Verification code from the device: " : "Verification code from the app: ", true,
            &code, error);

        if (result == CS_OK)
            result = cs_enrolment_confirm(enrolment, &code, &right, error);
        if (result != CS_OK || right)
            return result;
        (void)puts("That code is not right.");
    }
    return cs_fail(error, CS_ERR_INPUT, "nothing was stored: no code was right; %s",
                   hotp ? "compare the device's counter with --counter"
                        : "compare the clocks of this machine and of the app");
}

static enum cs_err save(const struct cs_transaction *transaction, void *context,
                        struct cs_error *error)
{
    struct enrolling *enrolling = context;
    struct cs_enrolment *enrolment = &enrolling->enrolment;
    enum cs_err result = enrolling->add ? CS_OK : cs_enrolment_look(transaction, enrolment, error);

    if (result == CS_OK && enrolment->superfluous)
        result = cs_fail(
            error, CS_ERR_INPUT,
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
    int64_t step = enrolling->enrolment.factor.last_step;
    enum cs_err result = cs_cli_rehearse(store, save, enrolling, error);

    enrolling->enrolment.factor.id = 0;
    enrolling->enrolment.factor.last_step = step;
    enrolling->enrolment.codes_count = 0;
    return result;
}

/* From the secret to the factor. */
static enum cs_err make(const struct cs_cli *cli, struct cs_enrol_wishes *wishes,
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
    if (result == CS_OK && wishes->secret != NULL)
        result = cs_cli_input_ends(error);
    return result == CS_OK ? cs_cli_act(cli, store, save, enrolling, error) : result;
}

static enum cs_err enrol(struct cs_cli *cli, struct cs_enrol_wishes *wishes,
                         struct enrolling *enrolling, struct cs_error *error)
{
    enum cs_err result = will_report(cli, wishes->choice.user, error);

    return result == CS_OK ? make(cli, wishes, enrolling, error) : result;
}

int cs_enrol_device(struct cs_cli *cli, struct cs_enrol_wishes *wishes)
{
    static const struct cs_report report = {.say = say, .write = write_json};
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(clear_enrolling)
    struct enrolling enrolling = {.add = wishes->add, .light = wishes->light};
    struct cs_error error = {0};
    struct cs_options options;
    enum cs_err result = cs_cli_options(cli, &config, &options, &error);

    if (result == CS_OK)
        result = cs_app_names_read(&options, wishes->issuer, &enrolling.names, &error);
    if (result == CS_OK)
        result = enrol(cli, wishes, &enrolling, &error);
    return result == CS_OK ? cs_report(cli, &report, &enrolling) : cs_complain(&error);
}
