/* SPDX-License-Identifier: Apache-2.0 */
/* `enroll totp --batch FILE`: one user per line, all in one transaction, or none if a line is
 * wrong. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/user_name.h"
#include "cli/cli.h"
#include "providers/local/enrol_many.h"

enum { FILE_BYTES_MAX = 64 << 20, USERS_MAX = 1000000, SKIPPED_NAMED_MAX = 10000 };

#define BLANKS " \t\r"

struct batch {
    const char *path;
    bool add;
    struct cs_cli_act *act;
    struct cs_cli_accounts accounts;
    size_t line; /* the line being read, from 1 */
    struct cs_enrolments enrolments;
};

static void clear_batch(struct batch *batch)
{
    cs_enrolments_clear(&batch->enrolments);
    cs_cli_accounts_clear(&batch->accounts);
}

static bool take_number(const char *text, unsigned *out)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);

    *out = (unsigned)number;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && number > 0 && number < 100000;
}

/* One NAME=VALUE after the user's name. */
static bool take_word(char *word, struct cs_enrolment_choice *choice)
{
    const struct {
        const char *name;
        const char **text;
        unsigned *number;
    } keys[] = {{"secret=", &choice->secret, NULL},
                {"algorithm=", &choice->algorithm, NULL},
                {"label=", &choice->label, NULL},
                {"digits=", NULL, &choice->digits},
                {"period=", NULL, &choice->period}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) {
        size_t length = strlen(keys[i].name);

        if (strncmp(word, keys[i].name, length) != 0)
            continue;
        if (keys[i].number != NULL)
            return take_number(word + length, keys[i].number);
        *keys[i].text = word + length;
        return true;
    }
    return false;
}

/* The first word, or a quoted one: a name may contain blanks. Moves `*rest` past it; false if the
 * quotes do not end. */
static bool take_user(char **rest, const char **ret_user)
{
    char *end;

    if (**rest != '"') {
        *ret_user = strsep(rest, BLANKS);
        return true;
    }
    end = strchr(++*rest, '"');
    if (end == NULL || (end[1] != '\0' && strchr(BLANKS, end[1]) == NULL))
        return false;
    *ret_user = *rest;
    *end = '\0';
    *rest = end + 1;
    return true;
}

/* Everything in a line; `user` stays empty if the line is. */
static enum cs_err split_line(const struct batch *batch, char *line,
                              struct cs_enrolment_choice *choice, struct cs_error *error)
{
    char *word, *rest = line + strspn(line, BLANKS);

    if (*rest == '\0' || *rest == '#')
        return CS_OK;
    if (!take_user(&rest, &choice->user))
        return cs_fail(error, CS_ERR_INPUT,
                       "%s:%zu: the quotes around the user's name do not end there; nobody was "
                       "enrolled",
                       batch->path, batch->line);
    while ((word = strsep(&rest, BLANKS)) != NULL && word[0] != '#') {
        if (word[0] != '\0' && !take_word(word, choice))
            return cs_fail(error, CS_ERR_INPUT,
                           "%s:%zu: only secret=, algorithm=, digits=, period= and label=, each "
                           "with a valid value, may follow the user's name; nobody was enrolled",
                           batch->path, batch->line);
    }
    return CS_OK;
}

static enum cs_err read_line(struct batch *batch, char *line, struct cs_error *error)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    struct cs_enrolment_choice choice = {0};
    struct cs_cli_account account;
    struct cs_error inner = {0};
    enum cs_err result = split_line(batch, line, &choice, error);

    if (result != CS_OK || choice.user == NULL)
        return result;
    if (batch->enrolments.count == USERS_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "%s:%zu: more than %d users", batch->path, batch->line,
                       USERS_MAX);
    result = cs_cli_accounts_find(&batch->accounts, choice.user, &account, &inner);
    if (result == CS_OK) {
        cs_remark(account.note);
        choice.user = account.name;
        choice.account = account.uid;
        result = cs_enrolment_prepare(&choice, &enrolment, &inner);
    }
    if (result == CS_OK && !account.known && cs_user_name_holds_secret(choice.user))
        result = cs_fail(&inner, CS_ERR_INPUT,
                         "the user name looks like a secret: user and secret are two words");
    if (result == CS_OK)
        result = cs_enrolments_add(&batch->enrolments, &enrolment, &inner);
    if (result == CS_OK)
        result = cs_cli_act_user(batch->act, choice.user, &inner);
    return result == CS_OK ? CS_OK
                           : cs_fail(error, result, "%s:%zu: %s; nobody was enrolled", batch->path,
                                     batch->line, inner.text);
}

static enum cs_err read_batch(struct batch *batch, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_fd_close) int fd = open(batch->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum cs_err result;
    char *line, *rest;

    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot open", batch->path);
    result = cs_read_all(fd, batch->path, FILE_BYTES_MAX, &text, error);
    if (result == CS_OK && strlen(text.data) != text.length)
        return cs_fail(error, CS_ERR_INPUT, "%s: not a text file; nobody was enrolled",
                       batch->path);
    rest = text.data;
    while (result == CS_OK && (line = strsep(&rest, "\n")) != NULL) {
        batch->line++;
        result = read_line(batch, line, error);
    }
    return result;
}

/* The record is of those who got something. */
static void leave_out_skipped(struct batch *batch)
{
    struct cs_strlist *users = &batch->act->users; /* one for each enrolment */
    size_t kept = 0;

    for (size_t i = 0; i < users->count; i++) {
        if (cs_enrolments_superfluous(&batch->enrolments, i) != NULL)
            cs_string_free(&users->items[i]);
        else
            users->items[kept++] = users->items[i];
    }
    users->count = kept;
}

static enum cs_err save_batch(const struct cs_transaction *transaction, void *context,
                              struct cs_error *error)
{
    struct batch *batch = context;
    enum cs_err result = cs_enrolments_save(&batch->enrolments, batch->add, transaction, error);

    if (result == CS_OK)
        leave_out_skipped(batch);
    return result;
}

static enum cs_err store_batch(const struct cs_cli *cli, struct batch *batch,
                               struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_cli_open_store(cli, &store, error);

    if (result == CS_OK)
        result = cs_enrolments_prepare(&batch->enrolments, store, error);
    return result == CS_OK ? cs_cli_act(cli, store, save_batch, batch, error) : result;
}

/* One object in a line. */
static int print_enrolment(const struct cs_app_names *names, const struct cs_enrolments *enrolments,
                           size_t index)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    struct cs_json_writer *writer = cs_json_writer_new();
    struct cs_error error = {0};
    enum cs_err result = cs_enrolments_get(enrolments, index, &enrolment, &error);

    cs_json_write_object(writer, NULL);
    if (result == CS_OK)
        result = cs_write_enrolment(writer, names, &enrolment, &error);
    cs_json_write_end(writer);
    if (result == CS_OK)
        return cs_print_json(&writer, CS_JSON_COMPACT);
    cs_json_writer_free(&writer);
    return cs_complain(&error);
}

static void name_skipped(const struct batch *batch)
{
    struct cs_error text = {0};
    size_t skipped = 0;

    for (size_t i = 0; i < batch->enrolments.count; i++) {
        const char *user = cs_enrolments_superfluous(&batch->enrolments, i);

        if (user == NULL || ++skipped > SKIPPED_NAMED_MAX)
            continue;
        (void)cs_fail(&text, CS_ERR_INPUT,
                      "%s: %s has a TOTP or HOTP factor already and is skipped; --add gives "
                      "another one",
                      batch->path, user);
        (void)cs_complain(&text);
    }
    if (skipped <= SKIPPED_NAMED_MAX)
        return;
    (void)cs_fail(&text, CS_ERR_LIMIT, "%s: %zu more are skipped", batch->path,
                  skipped - SKIPPED_NAMED_MAX);
    (void)cs_complain(&text);
}

int cs_enrol_batch(struct cs_cli *cli, const struct cs_app_names *names,
                   const struct cs_batch_choice *choice)
{
    CS_AUTO(clear_batch)
    struct batch batch = {.path = choice->path, .add = choice->add, .act = cli->act};
    struct cs_error error = {0};
    int status = CS_EXIT_OK;
    enum cs_err result = cs_cli_accounts_open(cs_cli_batch_rule(cli), &batch.accounts, &error);

    if (result == CS_OK)
        result = read_batch(&batch, &error);
    if (result == CS_OK)
        result =
            cs_will_show(cli, &error,
                         "the users of %s are enrolled, but not every secret was shown: remove "
                         "these factors (countersign list, countersign remove) and enrol again",
                         batch.path);
    if (result == CS_OK)
        result = store_batch(cli, &batch, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    name_skipped(&batch);
    for (size_t i = 0; i < batch.enrolments.count && status == CS_EXIT_OK; i++)
        if (cs_enrolments_superfluous(&batch.enrolments, i) == NULL)
            status = print_enrolment(names, &batch.enrolments, i);
    return status;
}
