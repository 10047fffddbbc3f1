/* SPDX-License-Identifier: Apache-2.0 */
/* The password that the local provider checks. Root runs this, and need not know the old one. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "conversation/terminal.h"
#include "providers/local/hash.h"
#include "store/owner.h"
#include "store/password.h"
#include "store/throttle.h"

enum { FROM_INPUT, FORCE, REMOVE };

const struct cs_verb_option cs_options_passwd[CS_VERB_OPTIONS_MAX] = {
    [FROM_INPUT] = {"stdin", NULL, "Read one line of standard input instead of asking."},
    [FORCE] = {"force", NULL, "Accept a password of fewer than eight characters."},
    [REMOVE] = {"remove", NULL, "Remove the password."},
};

enum { CHARACTERS_MIN = 8 };

struct wishes {
    const char *user;
    bool from_input, remove, force;
};

static int read_words(const struct cs_cli *cli, const struct cs_words *words, struct wishes *wishes)
{
    *wishes = (struct wishes){.user = words->operands[0],
                              .from_input = words->options[FROM_INPUT] != NULL,
                              .remove = words->options[REMOVE] != NULL,
                              .force = words->options[FORCE] != NULL};
    if (wishes->remove && (wishes->from_input || wishes->force))
        return cs_misuse(words->verb, "--remove goes with no other option");
    if (cli->json && !wishes->from_input && !wishes->remove)
        return cs_usage_error("--json asks no questions: add --stdin");
    return CS_EXIT_OK;
}

/* ---- reading ---- */

static size_t count_characters(const struct cs_secret *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->length; i++)
        count += ((unsigned char)text->data[i] & 0xc0) != 0x80; /* not within a UTF-8 character */
    return count;
}

/* Refuses what no client could send, and what is too easily guessed. */
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
                       "the password contains control characters, or is not UTF-8");
    if (!force && count_characters(password) < CHARACTERS_MIN)
        return cs_fail(error, CS_ERR_INPUT,
                       "the password is shorter than %d characters; --force accepts it",
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
                       "standard input is not a terminal; --stdin reads the password from it");
    (void)snprintf(prompt, sizeof prompt, "New password of %s: ", wishes->user);
    result = cs_terminal_ask(prompt, false, ret_password, error);
    /* Nobody should repeat a password that will be refused. */
    if (result == CS_OK)
        result = check_password(ret_password, wishes->force, error);
    if (result == CS_OK)
        result = cs_terminal_ask("Repeat the password: ", false, &again, error);
    if (result == CS_OK && (again.length != ret_password->length ||
                            !cs_equal_ct(again.data, ret_password->data, again.length)))
        result = cs_fail(error, CS_ERR_INPUT, "nothing was stored: the two passwords differ");
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
    struct cs_uid account;
    struct cs_secret hash; /* empty to remove it */
    int64_t now;
};

/* Failures with the old password say nothing about the new one. */
static enum cs_err replace(const struct cs_transaction *transaction, const struct change *change,
                           struct cs_error *error)
{
    const char *user = change->wishes.user;
    enum cs_err result = cs_owner_claim(transaction, user, &change->account, error);

    if (result == CS_OK)
        result = cs_password_set(transaction, user, &change->hash, change->now, error);

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

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct change *change = context;

    (void)error;
    (void)printf("%s %s a password.\n", change->wishes.user,
                 change->wishes.remove ? "no longer has" : "now has");
    return CS_OK;
}

static enum cs_err write_change(struct cs_json_writer *writer, void *context,
                                struct cs_error *error)
{
    const struct change *change = context;

    (void)error;
    cs_json_write_string(writer, "user", change->wishes.user);
    cs_write_password(writer, change->wishes.remove ? NULL : &change->now);
    return CS_OK;
}

int cs_cmd_passwd(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write_change};
    CS_AUTO(clear_change)
    struct change change = {.account = cli->account.uid, .now = cs_clock_seconds()};
    const struct wishes *wishes = &change.wishes;
    struct cs_error error = {0};
    int status = read_words(cli, words, &change.wishes);
    enum cs_err result = CS_OK;

    if (status != CS_EXIT_OK)
        return status;
    cs_cli_act_detail(cli->act, wishes->remove ? "removed" : "set");
    /* Whatever is already there can be removed. */
    if (!wishes->remove)
        result = cs_user_name_check(wishes->user, &error);
    if (result == CS_OK && !wishes->remove)
        result = read_hash(wishes, &change.hash, &error);
    return result == CS_OK ? cs_cli_do(cli, save, &report, &change) : cs_complain(&error);
}
