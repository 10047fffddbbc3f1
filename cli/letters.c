/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/letters.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/percent.h"
#include "base/trusted_open.h"
#include "cli/letter.h"
#include "login/account.h"
#include "login/policy.h"
#include "paths.h"
#include "store/preference.h"

enum { TEMPLATE_BYTES_MAX = 256 << 10, ACCOUNT_MS = 5000 };

struct cs_letters_entry {
    bool enrolled, with_codes;
    char language[CS_PREFERENCE_LANGUAGE_SIZE]; /* "": no preference */
};

/* Whoever can write it could have every letter send its secret somewhere. */
static enum cs_err read_template(const char *path, struct cs_secret *ret_text,
                                 struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 022};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_open_trusted(path, &trust, &fd, error);

    if (result == CS_OK)
        result = cs_read_all(fd, path, TEMPLATE_BYTES_MAX, ret_text, error);
    if (result == CS_OK && strlen(ret_text->data) != ret_text->length)
        result = cs_fail(error, CS_ERR_INPUT, "%s: not a text file", path);
    return result == CS_OK ? cs_letter_check(ret_text->data, path, error) : result;
}

enum cs_err cs_letters_open(const struct cs_batch_choice *choice, struct cs_letters *ret_letters,
                            struct cs_error *error)
{
    enum cs_err result = CS_OK;

    *ret_letters = (struct cs_letters){.choice = choice};
    if (choice->template != NULL)
        result = read_template(choice->template, &ret_letters->template, error);
    return result == CS_OK ? cs_letters_folder_open(choice->letters, &ret_letters->folder, error)
                           : result;
}

void cs_letters_clear(struct cs_letters *letters)
{
    cs_letters_folder_clear(&letters->folder);
    cs_secret_free(&letters->template);
    free(letters->entries);
    *letters = (struct cs_letters){0};
}

enum cs_err cs_letters_note(struct cs_letters *letters, const struct cs_enrolments *enrolments,
                            const struct cs_transaction *transaction, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    free(letters->entries);
    letters->entries = calloc(enrolments->count + 1, sizeof *letters->entries);
    if (letters->entries == NULL)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < enrolments->count && result == CS_OK; i++) {
        struct cs_letters_entry *entry = &letters->entries[i];

        entry->enrolled = cs_enrolments_superfluous(enrolments, i) == NULL;
        entry->with_codes = cs_enrolments_with_codes(enrolments, i);
        if (entry->enrolled)
            result = cs_preference_language(transaction, cs_enrolments_user(enrolments, i),
                                            entry->language, error);
    }
    return result;
}

enum cs_err cs_letters_match(const struct cs_letters *letters,
                             const struct cs_enrolments *enrolments, struct cs_error *error)
{
    for (size_t i = 0; i < enrolments->count && letters->choice != NULL; i++) {
        const struct cs_letters_entry *entry = &letters->entries[i];

        if (entry->enrolled != (cs_enrolments_superfluous(enrolments, i) == NULL) ||
            (entry->enrolled && entry->with_codes != cs_enrolments_with_codes(enrolments, i)))
            return cs_fail(error, CS_ERR_UNAVAILABLE,
                           "%s got or lost a factor or recovery codes while the letters were "
                           "written; nobody was enrolled: run it again",
                           cs_enrolments_user(enrolments, i));
    }
    return CS_OK;
}

/* ---- names of files ---- */

/* One user may have several in a batch; no two names are alike. */
static enum cs_err file_name(const struct cs_enrolments *enrolments, size_t index,
                             const char *ending, struct cs_buffer *ret_name, struct cs_error *error)
{
    const char *user = cs_enrolments_user(enrolments, index);
    size_t turn = cs_enrolments_turn(enrolments, index);

    if (user[0] == '.') {
        cs_buffer_text(ret_name, "%2E");
        user++;
    }
    cs_percent_encode(ret_name, user, strlen(user), "@");
    if (turn > 0)
        cs_buffer_printf(ret_name, "+%zu", turn + 1);
    cs_buffer_text(ret_name, ending);
    return ret_name->failed ? cs_fail_nomem(error) : CS_OK;
}

static enum cs_err put(struct cs_letters *letters, const struct cs_enrolments *enrolments,
                       size_t index, const char *ending, const struct cs_buffer *content,
                       struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};
    enum cs_err result = file_name(enrolments, index, ending, &name, error);

    return result == CS_OK ? cs_letters_folder_put(&letters->folder, name.text, content->text,
                                                   content->length, error)
                           : result;
}

/* ---- writing ---- */

/* As the prompts of a login: `lang` counts for everybody, `default_lang` for who has no preference
 * of their own. */
static const char *language_of(const struct cs_options *options,
                               const struct cs_letters_entry *entry)
{
    if (options->lang != NULL)
        return options->lang;
    if (entry->language[0] != '\0')
        return entry->language;
    return options->default_lang ? options->default_lang : "";
}

struct writing {
    struct cs_letters *letters;
    const struct cs_app_names *names;
    const struct cs_enrolments *enrolments;
    struct cs_log log;
    struct cs_catalogues *catalogues;
    struct cs_directory *directory; /* NULL: enrol_by has no group, or lets nobody in */
    bool enrol_by;                  /* it lets in today */
    struct cs_phrasebook book;
};

static void clear_writing(struct writing *writing)
{
    cs_catalogues_free(&writing->catalogues);
    cs_directory_free(&writing->directory);
}

/* Without a day of the administrator's own, the last one of enrol_by: until then this user could
 * have logged in without a factor. NULL: there is none. */
static const char *until_of(const struct writing *writing, const struct cs_factor *factor)
{
    const struct cs_batch_choice *choice = writing->letters->choice;
    const struct cs_patience patience = {cs_clock_ms() + ACCOUNT_MS, -1};
    struct cs_account account;

    if (choice->until != NULL || !writing->enrol_by || !factor->account.known)
        return choice->until;
    if (writing->directory == NULL)
        return choice->options->enrol_by;
    return cs_account_find(factor->user, &account, NULL) == CS_OK &&
                   cs_policy_may_enrol_later(choice->options, &account, writing->directory,
                                             &patience, &writing->log)
               ? choice->options->enrol_by
               : NULL;
}

static enum cs_err write_one(struct writing *writing, size_t index, struct cs_error *error)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer picture = {0};
    struct cs_letters *letters = writing->letters;
    const char *own = letters->template.data;
    struct cs_letter letter = {.template = own ? own : cs_letter_default,
                               .book = &writing->book,
                               .names = writing->names,
                               .enrolment = &enrolment};
    enum cs_err result = cs_enrolments_get(writing->enrolments, index, &enrolment, error);

    if (result != CS_OK)
        return result;
    letter.until = until_of(writing, &enrolment.factor);
    cs_values_set(&writing->book.values, 'U', enrolment.factor.user);
    cs_values_set(&writing->book.values, 'H', writing->names->host.nodename);
    result = cs_letter_render(&letter, &page, &picture, error);
    if (result == CS_OK)
        result = put(letters, writing->enrolments, index, ".html", &page, error);
    if (result == CS_OK && letters->choice->svg)
        result = put(letters, writing->enrolments, index, ".svg", &picture, error);
    return result;
}

static void write_stderr(void *context, int priority, const char *line)
{
    (void)context;
    (void)priority;
    (void)fprintf(stderr, "countersign: %s\n", line);
}

static enum cs_err prepare(struct writing *writing, struct cs_error *error)
{
    const struct cs_options *options = writing->letters->choice->options;
    bool groups;

    writing->catalogues = cs_catalogues_new(CS_LOCALE_DIR, &writing->log);
    if (writing->catalogues == NULL)
        return cs_fail_nomem(error);
    memcpy(writing->book.own, options->texts, sizeof writing->book.own);
    writing->enrol_by = cs_policy_days_to_enrol(options, cs_clock_seconds()) > 0;
    groups = writing->enrol_by && options->enrol_by_group != NULL;
    if (groups)
        writing->directory = cs_directory_new();
    return groups && writing->directory == NULL ? cs_fail_nomem(error) : CS_OK;
}

enum cs_err cs_letters_write(struct cs_letters *letters, const struct cs_app_names *names,
                             const struct cs_enrolments *enrolments, struct cs_error *error)
{
    CS_AUTO(clear_writing)
    struct writing writing = {.letters = letters,
                              .names = names,
                              .enrolments = enrolments,
                              .log = {.write = write_stderr}};
    enum cs_err result = prepare(&writing, error);

    for (size_t i = 0; i < enrolments->count && result == CS_OK; i++) {
        if (!letters->entries[i].enrolled)
            continue;
        writing.book.catalogue = cs_catalogues_get(
            writing.catalogues, language_of(letters->choice->options, &letters->entries[i]));
        result = write_one(&writing, i, error);
        letters->written++;
    }
    return result == CS_OK ? cs_letters_folder_sync(&letters->folder, error) : result;
}

enum cs_err cs_letters_keep(struct cs_letters *letters, struct cs_error *error)
{
    struct cs_error inner = {0};

    if (cs_letters_folder_keep(&letters->folder, &inner) == CS_OK)
        return CS_OK;
    return cs_fail(
        error, CS_ERR_SYSTEM,
        "the users are enrolled, but their letters may be gone (%s): 'countersign enroll "
        "--undo' takes it back",
        inner.text);
}

/* ---- what is shown ---- */

static int show_one(const struct cs_enrolments *enrolments, size_t index)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};
    struct cs_json_writer *writer = cs_json_writer_new();
    struct cs_error error = {0};
    enum cs_err result = cs_enrolments_get(enrolments, index, &enrolment, &error);

    if (result == CS_OK)
        result = file_name(enrolments, index, ".html", &name, &error);
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", enrolment.factor.user);
    cs_json_write_integer(writer, "id", enrolment.factor.id);
    cs_json_write_string(writer, "label", enrolment.factor.label);
    cs_json_write_string(writer, "letter", name.text ? name.text : "");
    cs_json_write_end(writer);
    if (result == CS_OK)
        return cs_print_json(&writer, CS_JSON_COMPACT);
    cs_json_writer_free(&writer);
    return cs_complain(&error);
}

int cs_letters_show(const struct cs_cli *cli, const struct cs_letters *letters,
                    const struct cs_enrolments *enrolments)
{
    int status = CS_EXIT_OK;

    if (!cli->json) {
        (void)printf("%zu enrolled; their letters are in %s. Each is good for a login: hand it to "
                     "its user, then remove it.\n",
                     letters->written, letters->choice->letters);
        return CS_EXIT_OK;
    }
    for (size_t i = 0; i < enrolments->count && status == CS_EXIT_OK; i++) {
        if (letters->entries[i].enrolled)
            status = show_one(enrolments, i);
    }
    return status;
}
