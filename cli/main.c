/* SPDX-License-Identifier: Apache-2.0 */
/* countersign: the administrator's tool. One file for each verb; verbs.c has the table. */
#include <openssl/crypto.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"
#include "base/user_name.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "paths.h"

enum { CONFIG, SOCKET, JSON, NO_ACCOUNT, VERSION };

static const struct cs_verb_option options[CS_VERB_OPTIONS_MAX] = {
    [CONFIG] = {"config", "FILE", "The configuration, not " CS_CONFIG_FILE "."},
    [SOCKET] = {"socket", "PATH", "The broker's socket, not " CS_SOCKET_FILE "."},
    [JSON] = {"json", NULL, "Print JSON. May stand anywhere before '--'."},
    [NO_ACCOUNT] = {"no-account", NULL,
                    "Do not look users' accounts up. May stand anywhere before '--'."},
    [VERSION] = {"version", NULL, "Print the version."},
};

static const struct cs_verb program = {
    .forms = {"[--config FILE] [--socket PATH] [--json] [--no-account] VERB [WORD...]",
              "--help | --version"},
    .options = options,
    .flags = CS_VERB_ARGUMENTS};

/* --json and --no-account may stand anywhere before "--". Returns the new number of words. */
static int take_flags(struct cs_cli *cli, int argc, char **argv)
{
    bool verbatim = false;
    int kept = 0;

    for (int i = 0; i < argc; i++) {
        verbatim = verbatim || strcmp(argv[i], "--") == 0;
        if (!verbatim && strcmp(argv[i], "--json") == 0)
            cli->json = true;
        else if (!verbatim && strcmp(argv[i], "--no-account") == 0)
            cli->no_account = true;
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    return kept;
}

/* The verbs that begin with this word; those of two words are adjacent in the list. */
static const struct cs_verb *find_verbs(const char *word, size_t *ret_count)
{
    const struct cs_verb *first = NULL;
    size_t length = strlen(word);

    *ret_count = 0;
    for (size_t i = 0; i < cs_verbs_count; i++) {
        const char *name = cs_verbs[i].name;

        if (strncmp(name, word, length) != 0 || (name[length] != '\0' && name[length] != ' '))
            continue;
        first = first ? first : &cs_verbs[i];
        ++*ret_count;
    }
    return first;
}

/* The account's name replaces the word that was typed. */
static enum cs_err find_account(struct cs_cli *cli, struct cs_words *words, struct cs_error *error)
{
    enum cs_err result = cs_cli_account_find(
        words->operands[0], cli->no_account ? CS_CLI_ACCOUNT_UNASKED : CS_CLI_ACCOUNT_OPTIONAL,
        &cli->account, error);

    if (result != CS_OK)
        return result;
    cs_remark(cli->account.note);
    words->operands[0] = cli->account.name;
    return CS_OK;
}

/* Whom it is for, as far as that may be logged: what is no account may be a secret in the wrong
 * place. */
static void note_user(struct cs_cli *cli, const struct cs_words *words)
{
    const char *user = words->operands[0];

    if (user != NULL && cs_user_name_check(user, NULL) == CS_OK &&
        (cli->account.known || !cs_user_name_holds_secret(user)))
        cs_ignore(cs_cli_act_user(cli->act, user, NULL)); /* then the record is without it */
}

/* As whoever may run it. */
static int run_for_account(struct cs_cli *cli, const struct cs_verb *verb, struct cs_words *words)
{
    struct cs_error error = {0};
    enum cs_err result = CS_OK;

    if ((verb->flags & CS_VERB_ANYBODY) == 0 && geteuid() != 0)
        result = cs_fail(&error, CS_ERR_TRUST, "must be run as root");
    if (result == CS_OK && (verb->flags & CS_VERB_STORE) != 0)
        cs_cli_note_provider(cli);
    if (result == CS_OK && (verb->flags & (CS_VERB_USER | CS_VERB_USERS)) != 0 && !cli->no_account)
        cs_cli_note_mapping(cli);
    if (result == CS_OK && (verb->flags & CS_VERB_USER) != 0 && words->operands[0] != NULL)
        result = find_account(cli, words, &error);
    if ((verb->flags & CS_VERB_USER) != 0)
        note_user(cli, words);
    return result == CS_OK ? verb->run(cli, words) : cs_complain(&error);
}

/* The form is the option's, as far as the configuration can be read. */
static unsigned find_form(const struct cs_cli *cli)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options found;
    struct cs_error error = {0};

    return cs_cli_options(cli, &config, &found, &error) == CS_OK ? found.audit : CS_AUDIT_TEXT;
}

/* Wrong use is no act: nothing was tried. */
static int run_act(struct cs_cli *cli, const struct cs_verb *verb, struct cs_words *words)
{
    struct cs_error error = {0};
    int status;

    if (cs_cli_act_begin(cli->act, verb->name, &error) != CS_OK)
        return cs_complain(&error);
    cli->act->form = find_form(cli);
    status = run_for_account(cli, verb, words);
    if (status != CS_EXIT_USAGE)
        cs_cli_act_end(cli, status == CS_EXIT_OK);
    return status;
}

static int run_verb(struct cs_cli *cli, const struct cs_verb *verb, int argc, char **argv)
{
    struct cs_words words;
    int status = cs_words_read(verb, argc, argv, &words);

    if (status != CS_EXIT_OK)
        return status;
    if (words.help)
        return cs_help_of(verb, 1);
    if (cli->json && (verb->flags & CS_VERB_JSON) == 0)
        return cs_usage_error("%s prints no JSON: leave --json out", verb->name);
    if (cli->no_account && (verb->flags & (CS_VERB_USER | CS_VERB_USERS)) == 0)
        return cs_usage_error("%s stores nothing of a user: leave --no-account out", verb->name);
    return (verb->flags & CS_VERB_ACT) != 0 ? run_act(cli, verb, &words)
                                            : run_for_account(cli, verb, &words);
}

/* The second word of a two-word verb comes next, before any option, unless there is a verb of the
 * first word alone, which takes options only. */
static int run_second_word(struct cs_cli *cli, const struct cs_verb *verbs, size_t count, int argc,
                           char **argv)
{
    size_t first = strlen(argv[0]) + 1, alone = verbs[0].name[first - 1] == '\0';

    if (argc < 2)
        return cs_misuse_of(verbs, count, "a word is missing after '%s'", argv[0]);
    for (size_t i = alone; i < count; i++) {
        if (strcmp(verbs[i].name + first, argv[1]) == 0)
            return run_verb(cli, &verbs[i], argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cs_help_of(verbs, count);
    if (argv[1][0] == '-' && alone)
        return run_verb(cli, &verbs[0], argc, argv);
    if (argv[1][0] == '-')
        return cs_misuse_of(verbs, count, "'%s' cannot follow '%s' directly", argv[1], argv[0]);
    return cs_misuse_of(verbs, count, "there is no '%s %s'", argv[0], argv[1]);
}

static int run(struct cs_cli *cli, int argc, char **argv)
{
    const struct cs_verb *verbs;
    struct cs_words words;
    size_t count;
    int status;

    argc = take_flags(cli, argc, argv);
    status = cs_words_read(&program, argc, argv, &words);
    if (status != CS_EXIT_OK)
        return status;
    if (words.help)
        return cli->json ? cs_help_json(&program) : cs_help(&program, stdout);
    if (words.options[VERSION] != NULL) {
        (void)puts("countersign " CS_VERSION);
        return CS_EXIT_OK;
    }
    if (words.argument_count == 0)
        return cs_help(&program, stderr) == CS_EXIT_OK ? CS_EXIT_USAGE : CS_EXIT_FAILED;
    if (words.options[CONFIG] != NULL)
        cli->config_path = words.options[CONFIG];
    if (words.options[SOCKET] != NULL)
        cli->socket_path = words.options[SOCKET];
    verbs = find_verbs(words.arguments[0], &count);
    if (verbs == NULL)
        return cs_usage_error("there is no verb '%s'; see 'countersign --help'",
                              words.arguments[0]);
    return count > 1 || strchr(verbs[0].name, ' ') != NULL
               ? run_second_word(cli, verbs, count, words.argument_count, words.arguments)
               : run_verb(cli, verbs, words.argument_count, words.arguments);
}

/* If the output cannot be read by anybody, that is a failure, whatever the verb returns. */
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
    CS_AUTO(cs_cli_act_clear) struct cs_cli_act act = {0};
    struct cs_cli cli = {.config_path = CS_CONFIG_FILE, .socket_path = CS_SOCKET_FILE, .act = &act};
    struct cs_error error = {0};

    (void)umask(077);
    if (cs_standard_open(&error) != CS_OK)
        return cs_complain(&error);
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    return finish(&cli, run(&cli, argc, argv));
}
