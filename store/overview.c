/* SPDX-License-Identifier: Apache-2.0 */
/* Each table is read once, in the order of its index by user, and all of them side by side: that is
 * as fast as the disk, and needs no memory however many users there are. */
#include "store/overview.h"

#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"

static void take_factor(sqlite3_stmt *statement, struct cs_stored_user *user)
{
    bool key = sqlite3_column_int(statement, 1) != 0;
    int64_t used = sqlite3_column_int64(statement, 3);

    user->totp += key ? 0 : 1;
    user->keys += key ? 1 : 0;
    user->suspect += key && sqlite3_column_int(statement, 2) != 0 ? 1 : 0;
    user->last_used = used > user->last_used ? used : user->last_used;
}

static void take_recovery(sqlite3_stmt *statement, struct cs_stored_user *user)
{
    user->recovery_left += (unsigned)sqlite3_column_int(statement, 1);
}

static void take_password(sqlite3_stmt *statement, struct cs_stored_user *user)
{
    (void)statement;
    user->has_password = true;
}

static void take_suspension(sqlite3_stmt *statement, struct cs_stored_user *user)
{
    user->suspended = true;
    user->suspended_since = sqlite3_column_int64(statement, 1);
}

static void take_owner(sqlite3_stmt *statement, struct cs_stored_user *user)
{
    user->owner =
        (struct cs_uid){.known = true, .value = (uid_t)sqlite3_column_int64(statement, 1)};
}

/* `alone`: whoever has no more than this is still a user to be named. */
static const struct source {
    const char *sql;
    bool alone;
    void (*take)(sqlite3_stmt *statement, struct cs_stored_user *user);
} sources[] = {
    {"SELECT user, kind = 'u2f', suspect, last_used FROM factor WHERE kind IN ('totp', 'u2f')"
     " ORDER BY user",
     true, take_factor},
    {"SELECT user, length(hash) / 32 FROM recovery ORDER BY user", true, take_recovery},
    {"SELECT user FROM password ORDER BY user", true, take_password},
    {"SELECT user, since FROM suspension ORDER BY user", true, take_suspension},
    {"SELECT user, uid FROM owner ORDER BY user", false, take_owner},
};

enum { SOURCES = CS_ARRAY_SIZE(sources) };

struct cursors {
    struct cs_store *store;
    sqlite3_stmt *statements[SOURCES];
    const char *heads[SOURCES]; /* whose the next row is; NULL: there is none */
};

static enum cs_err advance(struct cursors *cursors, size_t i, struct cs_error *error)
{
    bool row = false;
    enum cs_err result = cs_sql_step(cursors->store, cursors->statements[i], &row, error);

    cursors->heads[i] = row ? (const char *)sqlite3_column_text(cursors->statements[i], 0) : NULL;
    if (row && cursors->heads[i] == NULL)
        return cs_fail_nomem(error);
    return result;
}

static enum cs_err start(struct cursors *cursors, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < SOURCES && result == CS_OK; i++) {
        result = cs_sql(cursors->store, sources[i].sql, &cursors->statements[i], error);
        if (result == CS_OK)
            result = advance(cursors, i, error);
    }
    return result;
}

static const char *first_name(const struct cursors *cursors)
{
    const char *first = NULL;

    for (size_t i = 0; i < SOURCES; i++) {
        const char *head = cursors->heads[i];

        if (head != NULL && (first == NULL || strcmp(head, first) < 0))
            first = head;
    }
    return first;
}

/* All rows of the user in `ret_user->name`. */
static enum cs_err take_rows(struct cursors *cursors, struct cs_stored_user *ret_user,
                             bool *ret_counts, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < SOURCES; i++) {
        while (result == CS_OK && cursors->heads[i] != NULL &&
               strcmp(cursors->heads[i], ret_user->name) == 0) {
            sources[i].take(cursors->statements[i], ret_user);
            *ret_counts = *ret_counts || sources[i].alone;
            result = advance(cursors, i, error);
        }
    }
    return result;
}

static enum cs_err read_all(struct cs_store *store, cs_stored_user_reader *read, void *context,
                            struct cs_error *error)
{
    struct cursors cursors = {.store = store};
    enum cs_err result = start(&cursors, error);
    const char *name;

    while (result == CS_OK && (name = first_name(&cursors)) != NULL) {
        struct cs_stored_user user = {0};
        bool counts = false;

        if (strlen(name) >= sizeof user.name)
            return cs_fail(error, CS_ERR_STORE,
                           "%s: a user's name there is longer than %d bytes, so nothing of ours "
                           "wrote it; restore it from its backup",
                           store->path, CS_STORE_USER_MAX);
        (void)snprintf(user.name, sizeof user.name, "%s", name);
        result = take_rows(&cursors, &user, &counts, error);
        if (result == CS_OK && counts)
            result = read(&user, context, error);
    }
    return result;
}

enum cs_err cs_store_overview(struct cs_store *store, cs_stored_user_reader *read, void *context,
                              struct cs_error *error)
{
    enum cs_err result = cs_sql_exec(store, "BEGIN", error);

    if (result != CS_OK)
        return result;
    result = read_all(store, read, context, error);
    cs_sql_reset_all(store);
    cs_ignore(cs_sql_exec(store, "ROLLBACK", NULL)); /* nothing was changed */
    return result;
}
