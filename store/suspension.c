/* SPDX-License-Identifier: Apache-2.0 */
#include "store/suspension.h"

#include "store/store_priv.h"

enum cs_err cs_suspension_read(const struct cs_transaction *transaction, const char *user,
                               bool *ret_suspended, int64_t *ret_since, struct cs_error *error)
{
    static const char sql[] = "SELECT since FROM suspension WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    /* A caller that forgets to look at the result refuses the user. */
    *ret_suspended = true;
    *ret_since = 0;
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    result = cs_sql_step(transaction->store, statement, ret_suspended, error);
    if (result == CS_OK && *ret_suspended)
        *ret_since = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return result;
}

/* Runs a statement that changes the user's row; `now` is for those that have a second parameter. */
static enum cs_err change(const struct cs_transaction *transaction, const char *sql,
                          const char *user, const int64_t *now, bool *ret_changed,
                          struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_changed = false;
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    if (now != NULL)
        sqlite3_bind_int64(statement, 2, *now);
    result = cs_sql_run(transaction->store, statement, error);
    *ret_changed = result == CS_OK && sqlite3_changes(transaction->store->db) == 1;
    return result;
}

enum cs_err cs_suspension_add(const struct cs_transaction *transaction, const char *user,
                              int64_t now, bool *ret_changed, struct cs_error *error)
{
    static const char sql[] = "INSERT INTO suspension VALUES (?1, ?2) ON CONFLICT DO NOTHING";

    return change(transaction, sql, user, &now, ret_changed, error);
}

enum cs_err cs_suspension_remove(const struct cs_transaction *transaction, const char *user,
                                 bool *ret_changed, struct cs_error *error)
{
    static const char sql[] = "DELETE FROM suspension WHERE user = ?1";

    return change(transaction, sql, user, NULL, ret_changed, error);
}

enum cs_err cs_suspension_count(const struct cs_transaction *transaction, unsigned *ret_count,
                                struct cs_error *error)
{
    static const char sql[] = "SELECT count(*) FROM suspension";

    return cs_sql_count(transaction->store, sql, NULL, ret_count, error);
}
