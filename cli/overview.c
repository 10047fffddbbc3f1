/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/people.h"
#include "cli/child.h"
#include "login/people.h"

enum {
    GROUP_MS = 10000, /* large groups take directories a while */
    USER_HEAD = offsetof(struct cs_stored_user, name),
    ROW_HEAD = offsetof(struct cs_overview_row, stored.name),
};

const char *cs_overview_word(enum cs_overview_note note)
{
    static const char *const words[CS_OVERVIEW_NOTES] = {
        [CS_NOTE_NO_FACTOR] = "no-factor", [CS_NOTE_SUSPENDED] = "suspended",
        [CS_NOTE_SUSPECT] = "suspect-key", [CS_NOTE_NO_ACCOUNT] = "no-account",
        [CS_NOTE_OTHER_UID] = "other-uid", [CS_NOTE_UNRESOLVED] = "account-unresolved"};

    return words[note];
}

/* ---- a file in memory: each record without the room that its name does not need ---- */

static void close_file(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
    *file = NULL;
}

static enum cs_err open_file(FILE **ret_file, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = memfd_create("overview", MFD_CLOEXEC);

    *ret_file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (*ret_file == NULL)
        return cs_fail_errno(error, "a file in memory cannot be made");
    fd = -1; /* the stream has it */
    return CS_OK;
}

/* Its name is at `head`. */
static enum cs_err put(FILE *file, const void *record, size_t head, struct cs_error *error)
{
    const char *name = (const char *)record + head;
    size_t size = head + strlen(name) + 1;

    if (fwrite(&size, sizeof size, 1, file) != 1 || fwrite(record, size, 1, file) != 1)
        return cs_fail_errno(error, "the list of users cannot be kept in memory");
    return CS_OK;
}

/* false at the end. Not root wrote some of it, so nothing of it is taken on trust. */
static bool get(FILE *file, void *record, size_t head, size_t room)
{
    size_t size = 0;

    return fread(&size, sizeof size, 1, file) == 1 && size > head && size <= room &&
           fread(record, size, 1, file) == 1 && ((const char *)record)[size - 1] == '\0';
}

static enum cs_err rewind_file(FILE *file, struct cs_error *error)
{
    return fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0
               ? CS_OK
               : cs_fail_errno(error, "the list of users cannot be kept in memory");
}

/* ---- what the store has ---- */

struct reading {
    const struct cs_local_settings *local;
    FILE *users;
};

static enum cs_err keep(const struct cs_stored_user *user, void *context, struct cs_error *error)
{
    return put(context, user, USER_HEAD, error);
}

static enum cs_err read_store(void *context, struct cs_error *error)
{
    const struct reading *reading = context;
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result =
        cs_store_open(reading->local->store, reading->local->key_file, false, &store, error);

    if (result == CS_OK)
        result = cs_store_overview(store, keep, reading->users, error);
    return result == CS_OK && fflush(reading->users) != 0
               ? cs_fail_errno(error, "the list of users cannot be kept in memory")
               : result;
}

/* ---- who ought to have a factor ---- */

static enum cs_err find_expected(const struct cs_overview_choice *choice, struct cs_strlist *people,
                                 struct cs_error *error)
{
    const struct cs_patience patience = {cs_clock_ms() + GROUP_MS, -1};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = NULL;
    enum cs_err result = CS_OK;

    if (choice->group != NULL) {
        directory = cs_directory_new();
        result = directory != NULL
                     ? cs_people_find(directory, choice->group, &patience, people, error)
                     : cs_fail_nomem(error);
    }
    if (result == CS_OK && choice->least.known &&
        cs_people_from_uid(choice->least.value, people, error) != CS_NAMED_FOUND)
        result = CS_ERR_UNRESOLVED;
    cs_people_sort(people);
    return result;
}

/* Names in the store that are not those of accounts say nothing of them. */
static enum cs_err check_choice(const struct cs_overview_choice *choice,
                                const struct cs_mapping *mapping, struct cs_error *error)
{
    if ((choice->group == NULL && !choice->least.known) || !cs_mapping_renames(mapping))
        return CS_OK;
    return cs_fail(error, CS_ERR_CONFIG,
                   "map_file, append or gecos_* give users other names than their accounts', so "
                   "who of a group or of a range of uids has nothing cannot be told; leave --group "
                   "and --uid-min out");
}

/* ---- both together ---- */

static bool has_factor(const struct cs_stored_user *user, bool others)
{
    return !others && user->totp + user->keys > user->suspect;
}

static void judge(struct cs_overview_row *row, struct cs_overview_accounts *accounts)
{
    const struct cs_stored_user *user = &row->stored;
    bool others;

    row->account = cs_overview_account(accounts, user->name, &row->uid);
    others = user->owner.known && row->uid.known && user->owner.value != row->uid.value;
    row->notes = (has_factor(user, others) ? 0U : 1U << CS_NOTE_NO_FACTOR) |
                 (unsigned)user->suspended << CS_NOTE_SUSPENDED |
                 (user->suspect > 0 ? 1U << CS_NOTE_SUSPECT : 0U) |
                 (row->account == CS_ACCOUNT_ABSENT ? 1U << CS_NOTE_NO_ACCOUNT : 0U) |
                 (unsigned)others << CS_NOTE_OTHER_UID |
                 (row->account == CS_ACCOUNT_UNRESOLVED ? 1U << CS_NOTE_UNRESOLVED : 0U);
}

static enum cs_err add_row(struct cs_overview *overview, struct cs_overview_row *row,
                           struct cs_error *error)
{
    judge(row, &overview->accounts);
    return put(overview->rows, row, ROW_HEAD, error);
}

/* Both are sorted. */
static enum cs_err merge(FILE *users, const struct cs_strlist *expected,
                         struct cs_overview *overview, struct cs_error *error)
{
    struct cs_stored_user user = {0};
    enum cs_err result = CS_OK;
    bool more = get(users, &user, USER_HEAD, sizeof user);
    size_t i = 0;

    while (result == CS_OK && (more || i < expected->count)) {
        int order = !more ? 1 : i < expected->count ? strcmp(user.name, expected->items[i]) : -1;
        struct cs_overview_row row = {.present = order <= 0, .expected = order >= 0};

        if (row.present)
            row.stored = user;
        else
            (void)snprintf(row.stored.name, sizeof row.stored.name, "%s", expected->items[i]);
        result = add_row(overview, &row, error);
        if (row.present)
            more = get(users, &user, USER_HEAD, sizeof user);
        i += row.expected ? 1 : 0;
    }
    if (result == CS_OK && ferror(users) != 0)
        return cs_fail_errno(error, "the list of users cannot be kept in memory");
    return result;
}

static enum cs_err read_users(const struct cs_local_settings *local, FILE *users,
                              struct cs_error *error)
{
    struct reading reading = {local, users};
    enum cs_err result = cs_cli_as_run_user(read_store, &reading, NULL, 0, error);

    return result == CS_OK ? rewind_file(users, error) : result;
}

enum cs_err cs_overview_read(const struct cs_cli *cli, const struct cs_overview_choice *choice,
                             struct cs_overview *overview, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_strlist_free) struct cs_strlist expected = {0};
    CS_AUTO(close_file) FILE *users = NULL;
    struct cs_options options;
    enum cs_err result = cs_cli_options(cli, &config, &options, error);

    if (result == CS_OK)
        result = check_choice(choice, &options.mapping, error);
    if (result == CS_OK)
        result = open_file(&users, error);
    if (result == CS_OK)
        result = open_file(&overview->rows, error);
    if (result == CS_OK)
        result = read_users(cs_cli_local(&options), users, error);
    if (result != CS_OK)
        return result;
    overview->accounts.unasked = cli->no_account || cs_mapping_renames(&options.mapping);
    overview->accounts.most = choice->look_ups;
    result = find_expected(choice, &expected, error);
    if (result == CS_OK)
        result = cs_overview_accounts_open(&overview->accounts, error);
    return result == CS_OK ? merge(users, &expected, overview, error) : result;
}

void cs_overview_clear(struct cs_overview *overview)
{
    close_file(&overview->rows);
    cs_overview_accounts_clear(&overview->accounts);
}

enum cs_err cs_overview_each(const struct cs_overview *overview, cs_overview_taker *take,
                             void *context, struct cs_error *error)
{
    struct cs_overview_row row = {0};
    enum cs_err result = rewind_file(overview->rows, error);

    while (result == CS_OK && get(overview->rows, &row, ROW_HEAD, sizeof row))
        result = take(&row, context, error);
    return result;
}
