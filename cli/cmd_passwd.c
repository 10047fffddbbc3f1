/* SPDX-License-Identifier: Apache-2.0 */
/* The password that the local provider checks. Whoever runs this is root and need not know the old
 * one. */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "conversation/terminal.h"
#include "providers/local/hash.h"
#include "store/password.h"
#include "store/throttle.h"

#define USAGE "passwd USER [--stdin] [--force] | passwd USER --remove"

enum { CHARACTERS_MIN = 8 };

struct wishes {
    const char *user;
    bool from_input, remove, force;
};

static int parse(int argc, char **argv, const struct cs_cli *cli, struct wishes *wishes)
{
    static const struct option options[] = {{"stdin", no_argument, NULL, 's'},
                                            {"remove", no_argument, NULL, 'r'},
                                            {"force", no_argument, NULL, 'f'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?')
            return cs_option_error(argv, USAGE);
        wishes->from_input = wishes->from_input || option == 's';
        wishes->remove = wishes->remove || option == 'r';
        wishes->force = wishes->force || option == 'f';
    }
    if (argc - optind != 1 || (wishes->remove && (wishes->from_input || wishes->force)))
        return cs_usage_error("usage: countersign " USAGE "; a password is never taken from the "
                              "command line");
    wishes->user = argv[optind];
    if (cli->json && !wishes->from_input && !wishes->remove)
        return cs_usage_error("--json asks nothing: add --stdin");
    return CS_EXIT_OK;
}

/* ---- reading ---- */

static size_t count_characters(const struct cs_secret *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->length; i++)
        count += ((unsigned char)text->data[i] & 0xc0) != 0x80; /* not inside one of UTF-8 */
    return count;
}

/* What no client could send, and what is too easily guessed. */
static enum cs_err check_password(const struct cs_secret *password, bool force,
                                  struct cs_error *error)
{
    if (password->length == 0)
        return cs_fail(error, CS_ERR_INPUT, "an empty password is never right");
    if (password->length > CS_PASSWORD_BYTES_MAX)
        return cs_fail(error, CS_ERR_INPUT, "the password is longer than %d bytes",
                       CS_PASSWORD_BYTES_MAX);
    if (!cs_is_clean(password->data, password->length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the password holds control characters, or is not UTF-8");
    if (!force && count_characters(password) < CHARACTERS_MIN)
        return cs_fail(error, CS_ERR_INPUT,
                       "the password is shorter than %d characters; --force would take it",
                       CHARACTERS_MIN);
    return CS_OK;
}

static enum cs_err ask(const struct wishes *wishes, struct cs_secret *ret_password,
                       struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret again = {0};
    char prompt[CS_STORE_USER_MAX + 32];
    enum cs_err result;

    if (!isatty(STDIN_FILENO))
        return cs_fail(error, CS_ERR_INPUT,
                       "standard input is no terminal; --stdin reads the password from it");
    (void)snprintf(prompt, sizeof prompt, "New password of %s: ", wishes->user);
    result = cs_terminal_ask(prompt, false, ret_password, error);
    /* What will be refused need not be typed again. */
    if (result == CS_OK)
        result = check_password(ret_password, wishes->force, error);
    if (result == CS_OK)
        result = cs_terminal_ask("The same again: ", false, &again, error);
    if (result == CS_OK && (again.length != ret_password->length ||
                            !cs_equal_ct(again.data, ret_password->data, again.length)))
        result = cs_fail(error, CS_ERR_INPUT, "nothing was stored: the two are not the same");
    return result;
}

static enum cs_err read_hash(const struct wishes *wishes, struct cs_secret *ret_hash,
                             struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret password = {0};
    char setting[CS_PASSWORD_SETTING_SIZE];
    enum cs_err result =
        wishes->from_input ? cs_cli_one_line(&password, error) : ask(wishes, &password, error);

    if (result == CS_OK)
        result = check_password(&password, wishes->force, error);
    if (result == CS_OK)
        result = cs_password_setting(setting, error);
    return result == CS_OK ? cs_password_hash(&password, setting, ret_hash, error) : result;
}

/* ---- storing ---- */

struct change {
    struct wishes wishes;
    struct cs_secret hash; /* empty to remove it */
    int64_t now;
};

/* Failures of the old password say nothing about the new one. */
static enum cs_err replace(const struct cs_transaction *transaction, const struct change *change,
                           struct cs_error *error)
{
    const char *user = change->wishes.user;
    enum cs_err result = cs_password_set(transaction, user, &change->hash, change->now, error);

    if (result == CS_OK)
        result = cs_throttle_forget(transaction, CS_THROTTLE_PASSWORD_PROVEN, user, error);
    if (result == CS_OK)
        result = cs_throttle_forget(transaction, CS_THROTTLE_PASSWORD_UNPROVEN, user, error);
    return result;
}

static enum cs_err save(const struct cs_transaction *transaction, void *context,
                        struct cs_error *error)
{
    const struct change *change = context;

    return change->wishes.remove ? cs_password_remove(transaction, change->wishes.user, error)
                                 : replace(transaction, change, error);
}

static void clear_change(struct change *change)
{
    cs_secret_free(&change->hash);
}

void cs_write_password(struct cs_json_writer *writer, const int64_t *changed)
{
    char text[CS_TIME_SIZE];

    if (changed == NULL) {
        cs_json_write_null(writer, "password");
        return;
    }
    cs_format_time(*changed, text);
    cs_json_write_object(writer, "password");
    cs_json_write_string(writer, "changed", text);
    cs_json_write_end(writer);
}

static int report(const struct cs_cli *cli, const struct change *change)
{
    const struct wishes *wishes = &change->wishes;
    struct cs_json_writer *writer;

    if (!cli->json) {
        (void)printf("%s %s a password.\n", wishes->user,
                     wishes->remove ? "no longer has" : "now has");
        return CS_EXIT_OK;
    }
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", wishes->user);
    cs_write_password(writer, wishes->remove ? NULL : &change->now);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

int cs_cmd_passwd(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(clear_change) struct change change = {.now = cs_clock_seconds()};
    struct wishes *wishes = &change.wishes;
    struct cs_error error = {0};
    int status = parse(argc, argv, cli, wishes);
    enum cs_err result = CS_OK;

    if (status != CS_EXIT_OK)
        return status;
    if (geteuid() != 0) /* before a password is typed that could not be stored */
        result = cs_fail(&error, CS_ERR_TRUST, "must be run by root");
    if (result == CS_OK && !wishes->remove) /* what is there can be taken away */
        result = cs_user_name_check(wishes->user, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    if (!wishes->remove) {
        cs_warn_if_unknown(wishes->user);
        result = read_hash(wishes, &change.hash, &error);
    }
    if (result == CS_OK)
        result = cs_cli_in_store(cli, save, &change, &error);
    return result == CS_OK ? report(cli, &change) : cs_complain(&error);
}
