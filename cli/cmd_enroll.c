/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/standard.h"
#include "cli/cli.h"
#include "conversation/terminal.h"

enum { CONFIRM_TRIES = 3 };

struct wishes {
    struct cs_enrolment_choice choice;
    const char *batch, *issuer;
    bool no_confirm, secret_from_input;
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

#define USAGE                                                                                      \
    "enroll totp USER [--secret -] [--algorithm sha1|sha256|sha512] [--digits 6..8] "              \
    "[--period SECONDS] [--issuer TEXT] [--label TEXT] [--no-confirm] "                            \
    "| enroll totp --batch FILE [--issuer TEXT] "                                                  \
    "| " CS_USAGE_ENROLL_KEY

static int take_option(int option, struct wishes *wishes)
{
    switch (option) {
    case 's':
        if (strcmp(optarg, "-") != 0)
            return cs_usage_error("--secret takes '-' only: a secret on the command line could be "
                                  "seen by everybody; write it to standard input");
        wishes->secret_from_input = true;
        return CS_EXIT_OK;
    case 'a':
        wishes->choice.algorithm = optarg;
        return CS_EXIT_OK;
    case 'd':
        return parse_number(optarg, &wishes->choice.digits)
                   ? CS_EXIT_OK
                   : cs_usage_error("--digits '%s': 6, 7 or 8 expected", optarg);
    case 'p':
        return parse_number(optarg, &wishes->choice.period)
                   ? CS_EXIT_OK
                   : cs_usage_error("--period '%s': seconds expected", optarg);
    case 'i':
        wishes->issuer = optarg;
        return optarg[0] != '\0' ? CS_EXIT_OK : cs_usage_error("--issuer '': a text expected");
    case 'l':
        wishes->choice.label = optarg;
        return CS_EXIT_OK;
    case 'n':
        wishes->no_confirm = true;
        return CS_EXIT_OK;
    case 'b':
        wishes->batch = optarg;
        return CS_EXIT_OK;
    default:
        return CS_EXIT_USAGE;
    }
}

static int parse(int argc, char **argv, const struct cs_cli *cli, struct wishes *wishes)
{
    static const struct option options[] = {{"secret", required_argument, NULL, 's'},
                                            {"algorithm", required_argument, NULL, 'a'},
                                            {"digits", required_argument, NULL, 'd'},
                                            {"period", required_argument, NULL, 'p'},
                                            {"label", required_argument, NULL, 'l'},
                                            {"no-confirm", no_argument, NULL, 'n'},
                                            {"batch", required_argument, NULL, 'b'},
                                            {"issuer", required_argument, NULL, 'i'},
                                            {NULL, 0, NULL, 0}};
    int option, status = CS_EXIT_OK;

    while (status == CS_EXIT_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
        status = option == '?' ? cs_option_error(argv, USAGE) : take_option(option, wishes);
    if (status != CS_EXIT_OK)
        return status;
    if (optind < argc && strcmp(argv[optind], "u2f") == 0)
        return cs_usage_error("options come behind 'enroll u2f': countersign " CS_USAGE_ENROLL_KEY);
    if (optind < argc && strcmp(argv[optind], "totp") != 0)
        return cs_usage_error("'%s' is no kind of factor; usage: countersign " USAGE, argv[optind]);
    if (argc - optind != (wishes->batch ? 1 : 2))
        return cs_usage_error("usage: countersign " USAGE);
    wishes->choice.user = wishes->batch ? NULL : argv[optind + 1];
    if (cli->json && !wishes->no_confirm && wishes->batch == NULL)
        return cs_usage_error("--json asks nothing: add --no-confirm");
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
            result = cs_fail(error, CS_ERR_INPUT, "the secret holds a NUL");
        wishes->choice.secret = line.data;
    }
    if (result == CS_OK)
        result = cs_enrolment_prepare(&wishes->choice, enrolment, error);
    wishes->choice.secret = NULL;
    return result;
}

static enum cs_err show(const struct cs_app_names *names, const struct cs_enrolment *enrolment,
                        struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret uri = {0};
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    enum cs_err result = cs_app_uri(names, enrolment, &uri, error);

    if (result == CS_OK && cs_enrolment_secret(enrolment, &key) != CS_OK)
        result = cs_fail_nomem(error);
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

/* What is lost with the output that follows: with --json all of it follows. */
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
    return cs_enrolment_save(transaction, context, error);
}

static int report(const struct cs_cli *cli, const struct cs_app_names *names,
                  const struct cs_enrolment *enrolment)
{
    struct cs_json_writer *writer;
    struct cs_error error = {0};
    enum cs_err result;

    if (!cli->json) {
        (void)printf("%s now has factor %lld.\n", enrolment->factor.user,
                     (long long)enrolment->factor.id);
        cs_print_codes(enrolment);
        return CS_EXIT_OK;
    }
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    result = cs_write_enrolment(writer, names, enrolment, &error);
    cs_json_write_end(writer);
    if (result == CS_OK)
        return cs_print_json(&writer, CS_JSON_FORMATTED);
    cs_json_writer_free(&writer);
    return cs_complain(&error);
}

/* Whoever scans a secret believes to be enrolled: it is shown only when the store takes it. What
 * was made for that is thrown away. */
static enum cs_err rehearse(struct cs_store *store, struct cs_enrolment *enrolment,
                            struct cs_error *error)
{
    enum cs_err result = cs_cli_rehearse(store, save, enrolment, error);

    enrolment->factor.id = 0;
    enrolment->codes_count = 0;
    return result;
}

/* From the secret to the factor. */
static enum cs_err enroll(const struct cs_cli *cli, const struct cs_app_names *names,
                          struct wishes *wishes, struct cs_enrolment *enrolment,
                          struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_cli_open_store(cli, &store, error);

    if (result == CS_OK)
        result = prepare(wishes, enrolment, error);
    if (result == CS_OK && !cli->json)
        result = rehearse(store, enrolment, error);
    if (result == CS_OK && !cli->json)
        result = show(names, enrolment, error);
    if (result == CS_OK && !wishes->no_confirm)
        result = confirm(enrolment, error);
    if (result == CS_OK && wishes->secret_from_input)
        result = cs_cli_input_ends(error);
    return result == CS_OK ? cs_cli_transact(store, save, enrolment, error) : result;
}

int cs_cmd_enroll(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct wishes wishes = {0};
    struct cs_app_names names;
    struct cs_options options;
    struct cs_error error = {0};
    int status;
    enum cs_err result = CS_OK;

    if (argc > 1 && strcmp(argv[1], "u2f") == 0)
        return cs_enroll_key(cli, argc, argv);
    status = parse(argc, argv, cli, &wishes);
    if (status != CS_EXIT_OK)
        return status;
    if (geteuid() != 0) /* before a secret is shown that nobody could store */
        result = cs_fail(&error, CS_ERR_TRUST, "must be run by root");
    if (result == CS_OK)
        result = cs_cli_options(cli, &config, &options, &error);
    if (result == CS_OK)
        result = cs_app_names_read(&options, wishes.issuer, &names, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    if (wishes.batch != NULL)
        return cs_enroll_batch(cli, &names, wishes.batch);
    cs_warn_if_unknown(wishes.choice.user);
    result = will_report(cli, wishes.choice.user, &error);
    if (result == CS_OK)
        result = enroll(cli, &names, &wishes, &enrolment, &error);
    return result == CS_OK ? report(cli, &names, &enrolment) : cs_complain(&error);
}
