/* SPDX-License-Identifier: Apache-2.0 */
/* `enroll --batch FILE`: all users of a file in one transaction, or none if a line is wrong. */
#include <stdlib.h>
#include <string.h>

#include "cli/batch_file.h"
#include "cli/cli.h"
#include "cli/enrol_device.h"
#include "cli/letters.h"
#include "i18n/language.h"
#include "providers/local/enrol_many.h"

enum { USERS_MAX = 1000000, SKIPPED_NAMED_MAX = 10000 };

struct batch {
    const struct cs_batch_choice *choice;
    struct cs_cli_act *act;
    struct cs_cli_accounts accounts;
    struct cs_enrolments enrolments;
    struct cs_letters letters;
};

static void clear_batch(struct batch *batch)
{
    cs_letters_clear(&batch->letters);
    cs_enrolments_clear(&batch->enrolments);
    cs_cli_accounts_clear(&batch->accounts);
}

/* ---- a line ---- */

static enum cs_err take_number(const char *text, unsigned *ret_number, struct cs_error *error)
{
    return text == NULL || cs_enrol_positive(text, ret_number)
               ? CS_OK
               : cs_fail(error, CS_ERR_INPUT, "a number that is not valid");
}

/* The device's next one; only HOTP has any. */
static enum cs_err take_counter(const char *text, struct cs_enrolment_choice *choice,
                                struct cs_error *error)
{
    if (text == NULL)
        return CS_OK;
    if (choice->kind != CS_STORED_HOTP)
        return cs_fail(error, CS_ERR_INPUT, "only hotp has a counter");
    return cs_enrol_number(text, CS_ENROLMENT_COUNTER_MAX, &choice->counter)
               ? CS_OK
               : cs_fail(error, CS_ERR_INPUT, "a number from 0 to %lld expected",
                         (long long)CS_ENROLMENT_COUNTER_MAX);
}

/* What cs_enrolment_prepare cannot know. */
static enum cs_err read_texts(const struct cs_batch_line *line, struct cs_enrolment_choice *choice,
                              struct cs_enrolment *enrolment, enum cs_batch_column *ret_column,
                              struct cs_error *error)
{
    const char *kind = line->texts[CS_BATCH_KIND], *language = line->texts[CS_BATCH_LANGUAGE];

    *choice = (struct cs_enrolment_choice){.user = line->texts[CS_BATCH_USER],
                                           .secret = line->texts[CS_BATCH_SECRET],
                                           .algorithm = line->texts[CS_BATCH_ALGORITHM],
                                           .label = line->texts[CS_BATCH_LABEL]};
    *ret_column = CS_BATCH_KIND;
    if (kind != NULL && strcmp(kind, "totp") != 0 && strcmp(kind, "hotp") != 0)
        return cs_fail(error, CS_ERR_INPUT, "'%.32s': totp or hotp expected", kind);
    if (kind != NULL && strcmp(kind, "hotp") == 0)
        choice->kind = CS_STORED_HOTP;
    *ret_column = CS_BATCH_COUNTER;
    if (take_counter(line->texts[CS_BATCH_COUNTER], choice, error) != CS_OK)
        return CS_ERR_INPUT;
    *ret_column = CS_BATCH_LANGUAGE;
    if (language != NULL && !cs_language_parse(language, enrolment->language))
        return cs_fail(error, CS_ERR_INPUT, "'%.32s' is not a language such as fr or pt_BR",
                       language);
    *ret_column = CS_BATCH_DIGITS;
    if (take_number(line->texts[CS_BATCH_DIGITS], &choice->digits, error) != CS_OK)
        return CS_ERR_INPUT;
    *ret_column = CS_BATCH_PERIOD;
    return take_number(line->texts[CS_BATCH_PERIOD], &choice->period, error);
}

static void leave_out(enum cs_batch_column column, struct cs_enrolment_choice *choice)
{
    if (column == CS_BATCH_SECRET)
        choice->secret = NULL;
    if (column == CS_BATCH_ALGORITHM)
        choice->algorithm = NULL;
    if (column == CS_BATCH_DIGITS)
        choice->digits = 0;
    if (column == CS_BATCH_PERIOD)
        choice->period = 0;
    if (column == CS_BATCH_COUNTER)
        choice->counter = 0;
    if (column == CS_BATCH_LABEL)
        choice->label = NULL;
}

/* Which column cs_enrolment_prepare refused: the one without which it would not. */
static enum cs_batch_column find_fault(const struct cs_enrolment_choice *choice)
{
    if (cs_user_name_check(choice->user, NULL) != CS_OK)
        return CS_BATCH_USER;
    for (unsigned i = CS_BATCH_SECRET; i < CS_BATCH_COLUMNS; i++) {
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment trial = {0};
        struct cs_enrolment_choice without = *choice;

        leave_out((enum cs_batch_column)i, &without);
        if (cs_enrolment_prepare(&without, &trial, NULL) == CS_OK)
            return (enum cs_batch_column)i;
    }
    return CS_BATCH_COLUMNS;
}

static enum cs_err find_account(struct batch *batch, struct cs_enrolment_choice *choice,
                                struct cs_cli_account *account, struct cs_error *error)
{
    enum cs_err result = cs_cli_accounts_find(&batch->accounts, choice->user, account, error);

    if (result != CS_OK)
        return result;
    cs_remark(account->note);
    choice->user = account->name;
    choice->account = account->uid;
    return CS_OK;
}

static enum cs_err take_line(void *context, const struct cs_batch_line *line,
                             enum cs_batch_column *ret_column, struct cs_error *error)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    struct batch *batch = context;
    struct cs_enrolment_choice choice;
    struct cs_cli_account account;
    enum cs_err result;

    if (batch->enrolments.count == USERS_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "more than %d users", USERS_MAX);
    result = read_texts(line, &choice, &enrolment, ret_column, error);
    if (result != CS_OK)
        return result;
    *ret_column = CS_BATCH_USER;
    result = find_account(batch, &choice, &account, error);
    if (result != CS_OK)
        return result;
    result = cs_enrolment_prepare(&choice, &enrolment, error);
    if (result != CS_OK) {
        *ret_column = find_fault(&choice);
        return result;
    }
    if (!account.known && cs_user_name_holds_secret(choice.user))
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name looks like a secret: user and secret are two words");
    result = cs_enrolments_add(&batch->enrolments, &enrolment, error);
    return result == CS_OK ? cs_cli_act_user(batch->act, choice.user, error) : result;
}

/* ---- the store ---- */

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
    enum cs_err result =
        cs_enrolments_save(&batch->enrolments, batch->choice->add, transaction, error);

    if (result == CS_OK)
        result = cs_letters_match(&batch->letters, &batch->enrolments, error);
    if (result == CS_OK)
        leave_out_skipped(batch);
    return result;
}

/* What will become of each user, for the letters: nothing of it stays. */
static enum cs_err try_batch(const struct cs_transaction *transaction, void *context,
                             struct cs_error *error)
{
    struct batch *batch = context;
    enum cs_err result =
        cs_enrolments_save(&batch->enrolments, batch->choice->add, transaction, error);

    return result == CS_OK
               ? cs_letters_note(&batch->letters, &batch->enrolments, transaction, error)
               : result;
}

/* Letters are written before anybody is enrolled: somebody without a letter could not log in, and a
 * letter without a factor does no harm. */
static enum cs_err store_batch(const struct cs_cli *cli, const struct cs_app_names *names,
                               struct batch *batch, struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    bool letters = batch->choice->letters != NULL;
    enum cs_err result = cs_cli_open_store(cli, &store, error);

    if (result == CS_OK)
        result = cs_enrolments_prepare(&batch->enrolments, store, error);
    if (result == CS_OK && letters)
        result = cs_cli_rehearse(store, try_batch, batch, error);
    if (result == CS_OK && letters)
        result = cs_letters_write(&batch->letters, names, &batch->enrolments, error);
    if (result == CS_OK)
        result = cs_cli_act(cli, store, save_batch, batch, error);
    return result == CS_OK && letters ? cs_letters_keep(&batch->letters, error) : result;
}

/* ---- what is shown ---- */

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
    const char *path = batch->choice->path;
    struct cs_error text = {0};
    size_t skipped = 0;

    for (size_t i = 0; i < batch->enrolments.count; i++) {
        const char *user = cs_enrolments_superfluous(&batch->enrolments, i);

        if (user == NULL || ++skipped > SKIPPED_NAMED_MAX)
            continue;
        (void)cs_fail(&text, CS_ERR_INPUT,
                      "%s: %s has a TOTP or HOTP factor already and is skipped; --add gives "
                      "another one",
                      path, user);
        (void)cs_complain(&text);
    }
    if (skipped <= SKIPPED_NAMED_MAX)
        return;
    (void)cs_fail(&text, CS_ERR_LIMIT, "%s: %zu more are skipped", path,
                  skipped - SKIPPED_NAMED_MAX);
    (void)cs_complain(&text);
}

static int show(const struct cs_cli *cli, const struct cs_app_names *names,
                const struct batch *batch)
{
    int status = CS_EXIT_OK;

    name_skipped(batch);
    if (batch->choice->letters != NULL)
        return cs_letters_show(cli, &batch->letters, &batch->enrolments);
    for (size_t i = 0; i < batch->enrolments.count && status == CS_EXIT_OK; i++) {
        if (cs_enrolments_superfluous(&batch->enrolments, i) == NULL)
            status = print_enrolment(names, &batch->enrolments, i);
    }
    return status;
}

static enum cs_err will_report(struct cs_cli *cli, const struct cs_batch_choice *choice,
                               struct cs_error *error)
{
    return choice->letters != NULL
               ? cs_will_show(cli, error,
                              "the users of %s are enrolled, and their letters are in %s",
                              choice->path, choice->letters)
               : cs_will_show(cli, error,
                              "the users of %s are enrolled, but not every secret was shown: "
                              "'countersign enroll --undo' removes these factors; then enrol again",
                              choice->path);
}

int cs_enrol_batch(struct cs_cli *cli, const struct cs_app_names *names,
                   const struct cs_batch_choice *choice)
{
    CS_AUTO(clear_batch) struct batch batch = {.choice = choice, .act = cli->act};
    struct cs_error error = {0};
    enum cs_err result = cs_cli_accounts_open(cs_cli_batch_rule(cli), &batch.accounts, &error);

    if (result == CS_OK)
        result = cs_batch_read(choice->path, take_line, &batch, &error);
    if (result == CS_OK)
        result = will_report(cli, choice, &error);
    if (result == CS_OK && choice->letters != NULL)
        result = cs_letters_open(choice, &batch.letters, &error);
    if (result == CS_OK)
        result = store_batch(cli, names, &batch, &error);
    return result == CS_OK ? show(cli, names, &batch) : cs_complain(&error);
}
