/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pending.h"

#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"

/* Whatever is left is valid at `now`; an entry made after `now` expires too late. */
static enum cs_err purge(const struct cs_transaction *transaction, int64_t now,
                         struct cs_error *error)
{
    static const char sql[] = "DELETE FROM pending WHERE expires < ?1 OR expires > ?2";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, now);
    sqlite3_bind_int64(statement, 2, now + CS_PENDING_SECONDS);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_pending_put(const struct cs_transaction *transaction,
                           const struct cs_pending *pending, int64_t now, struct cs_error *error)
{
    static const char sql[] = "INSERT OR REPLACE INTO pending"
                              " (user, challenge, app_id, origins, label, expires, verification)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = purge(transaction, now, error);

    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, pending->user);
    sqlite3_bind_blob(statement, 2, pending->challenge, sizeof pending->challenge, SQLITE_STATIC);
    cs_sql_bind_text(statement, 3, pending->app_id);
    cs_sql_bind_text(statement, 4, pending->origins);
    cs_sql_bind_text(statement, 5, pending->label);
    sqlite3_bind_int64(statement, 6, now + CS_PENDING_SECONDS);
    sqlite3_bind_int64(statement, 7, pending->verification);
    return cs_sql_run(transaction->store, statement, error);
}

static void copy_column(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    (void)snprintf(out, size, "%s", (const char *)sqlite3_column_text(statement, column));
}

static enum cs_err read_pending(const struct cs_transaction *transaction, const char *user,
                                struct cs_pending *ret_pending, bool *ret_found,
                                struct cs_error *error)
{
    static const char sql[] =
        "SELECT user, challenge, app_id, origins, label, verification FROM pending"
        " WHERE user = ?1 AND length(challenge) = 32";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    result = cs_sql_step(transaction->store, statement, ret_found, error);
    if (result == CS_OK && *ret_found) {
        copy_column(statement, 0, ret_pending->user, sizeof ret_pending->user);
        memcpy(ret_pending->challenge, sqlite3_column_blob(statement, 1),
               sizeof ret_pending->challenge);
        copy_column(statement, 2, ret_pending->app_id, sizeof ret_pending->app_id);
        copy_column(statement, 3, ret_pending->origins, sizeof ret_pending->origins);
        copy_column(statement, 4, ret_pending->label, sizeof ret_pending->label);
        ret_pending->verification = (unsigned)sqlite3_column_int(statement, 5);
    }
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_pending_take(const struct cs_transaction *transaction, const char *user, int64_t now,
                            struct cs_pending *ret_pending, bool *ret_found, struct cs_error *error)
{
    static const char sql[] = "DELETE FROM pending WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = purge(transaction, now, error);

    if (result == CS_OK)
        result = read_pending(transaction, user, ret_pending, ret_found, error);
    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    return cs_sql_run(transaction->store, statement, error);
}
