/* SPDX-License-Identifier: Apache-2.0 */
/* countersign: the administrator's tool. One file for each verb. */
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/standard.h"
#include "cli/cli.h"
#include "paths.h"

static const struct {
    const char *name;
    cs_verb *run;
    const char *arguments, *help;
    bool json; /* has an answer that a program would read */
} verbs[] = {
    {"init", cs_cmd_init, "[--key-only]", "make the key and the store, where they do not exist",
     false},
    {"enroll", cs_cmd_enroll, "totp USER [...] | totp --batch FILE | u2f USER [...]",
     "give a user a TOTP factor, or register a security key", true},
    {"import", cs_cmd_import, "pam-u2f FILE [--app-id A]", "take over the security keys of pam_u2f",
     true},
    {"recovery", cs_cmd_recovery, "USER", "give a user ten fresh recovery codes", true},
    {"list", cs_cmd_list, "USER", "show a user's factors", true},
    {"lang", cs_cmd_lang, "USER [LANGUAGE | none]", "show or set the language of a user's prompts",
     false},
    {"after-restore", cs_cmd_after_restore, "--log FILE | --spend-codes | --keep-codes",
     "spend what a restored backup believes unspent", false},
    {"passwd", cs_cmd_passwd, "USER [--stdin] [--force] | USER --remove",
     "give a user a password, or take it away", true},
    {"remove", cs_cmd_remove, "USER ID", "remove a factor", true},
    {"unlock", cs_cmd_unlock, "USER", "forget failed tries, and steps after a clock that ran ahead",
     false},
    {"rekey", cs_cmd_rekey, "", "replace the key that protects the secrets in the store", false},
    {"try", cs_cmd_try, "USER [--service S] [--rhost A] [-- ARGUMENT...]",
     "log in on this terminal, through the broker", true},
    {"check", cs_cmd_check, "[--ibm FILE] [-- ARGUMENT...]",
     "look for what is wrong: configuration, key, store, socket", true},
    {"map", cs_cmd_map, "USER [-- ARGUMENT...]", "show by which name the provider knows a user",
     true},
    {"prompts", cs_cmd_prompts, "[--lang L] [--service S] [--channel C]",
     "show every prompt as a person would see it", false},
    {"options", cs_cmd_options, "", "list every setting", true},
};

static int print_help(FILE *out, int status)
{
    (void)fputs("Usage: countersign [--config FILE] [--socket PATH] [--json] VERB ...\n\n", out);
    for (size_t i = 0; i < CS_ARRAY_SIZE(verbs); i++)
        (void)fprintf(out, "  %-13s %-36s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].help);
    (void)fputs("\nExit status: 0 done or allowed, 1 failed or refused, 2 wrong use.\n"
                "See countersign(8).\n",
                out);
    return status;
}

/* --json may stand anywhere before "--". Returns the new number of words. */
static int take_json(struct cs_cli *cli, int argc, char **argv)
{
    bool verbatim = false;
    int kept = 0;

    for (int i = 0; i < argc; i++) {
        verbatim = verbatim || strcmp(argv[i], "--") == 0;
        if (!verbatim && strcmp(argv[i], "--json") == 0)
            cli->json = true;
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    return kept;
}

static int run_verb(struct cs_cli *cli, int argc, char **argv)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(verbs); i++) {
        if (strcmp(verbs[i].name, argv[0]) == 0) {
            if (cli->json && !verbs[i].json)
                return cs_usage_error("%s prints no JSON: leave --json out", argv[0]);
            optind = 0; /* getopt_long starts again, with the verb's own options */
            opterr = 0; /* cs_option_error */
            return verbs[i].run(cli, argc, argv);
        }
    }
    return cs_usage_error("there is no verb '%s'; see 'countersign --help'", argv[0]);
}

static int run(struct cs_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"socket", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    int option;

    argc = take_json(cli, argc, argv);
    while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            cli->config_path = optarg;
            break;
        case 's':
            cli->socket_path = optarg;
            break;
        case 'h':
            return print_help(stdout, CS_EXIT_OK);
        case 'v':
            (void)puts("countersign " CS_VERSION);
            return CS_EXIT_OK;
        default:
            return print_help(stderr, CS_EXIT_USAGE);
        }
    }
    if (optind == argc)
        return print_help(stderr, CS_EXIT_USAGE);
    return run_verb(cli, argc - optind, argv + optind);
}

/* What nobody could read was not done, whatever a verb says. */
static int finish(const struct cs_cli *cli, int status)
{
    struct cs_error error = {0};

    if (cs_standard_flush(&error) == CS_OK)
        return status;
    (void)cs_complain(&error);
    if (status != CS_EXIT_OK)
        return status;
    return cli->unseen.code == CS_OK ? CS_EXIT_FAILED : cs_complain(&cli->unseen);
}

int main(int argc, char **argv)
{
    struct cs_cli cli = {.config_path = CS_CONFIG_FILE, .socket_path = CS_SOCKET_FILE};
    struct cs_error error = {0};

    (void)umask(077);
    if (cs_standard_open(&error) != CS_OK)
        return cs_complain(&error);
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    return finish(&cli, run(&cli, argc, argv));
}
