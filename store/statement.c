/* SPDX-License-Identifier: Apache-2.0 */
/* SQL statements, prepared once and kept for the life of the connection. */
#include "store/store_priv.h"

enum cs_err cs_sql_fail(struct cs_store *store, struct cs_error *error)
{
    int code = sqlite3_extended_errcode(store->db);
    bool damaged = (code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_CORRUPT;

    return cs_fail(error, CS_ERR_STORE, "%s: %s (SQLite error %d); %s", store->path,
                   sqlite3_errmsg(store->db), code,
                   damaged ? "restore it from its backup" : "run 'countersign check'");
}

enum cs_err cs_sql(struct cs_store *store, const char *sql, sqlite3_stmt **ret_statement,
                   struct cs_error *error)
{
    for (size_t i = 0; i < CS_STATEMENTS_MAX; i++) {
        if (store->statements[i].sql == NULL) {
            if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                   &store->statements[i].statement, NULL) != SQLITE_OK)
                return cs_sql_fail(store, error);
            store->statements[i].sql = sql;
        }
        if (store->statements[i].sql == sql) {
            *ret_statement = store->statements[i].statement;
            sqlite3_reset(*ret_statement);
            sqlite3_clear_bindings(*ret_statement);
            return CS_OK;
        }
    }
    return cs_fail(error, CS_ERR_LIMIT, "%s: too many statements", store->path);
}

enum cs_err cs_sql_step(struct cs_store *store, sqlite3_stmt *statement, bool *ret_row,
                        struct cs_error *error)
{
    int code = sqlite3_step(statement);

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return cs_sql_fail(store, error);
    *ret_row = code == SQLITE_ROW;
    if (code == SQLITE_DONE)
        sqlite3_reset(statement);
    return CS_OK;
}

enum cs_err cs_sql_run(struct cs_store *store, sqlite3_stmt *statement, struct cs_error *error)
{
    bool row;
    enum cs_err result = cs_sql_step(store, statement, &row, error);

    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_sql_do(struct cs_store *store, const char *sql, struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(store, sql, &statement, error);

    return result == CS_OK ? cs_sql_run(store, statement, error) : result;
}

void cs_sql_reset_all(struct cs_store *store)
{
    for (size_t i = 0; i < CS_STATEMENTS_MAX; i++)
        sqlite3_reset(store->statements[i].statement);
}

enum cs_err cs_sql_exec(struct cs_store *store, const char *sql, struct cs_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? CS_OK
                                                                       : cs_sql_fail(store, error);
}

void cs_sql_bind_text(sqlite3_stmt *statement, int position, const char *text)
{
    sqlite3_bind_text(statement, position, text, -1, SQLITE_STATIC);
}

enum cs_err cs_sql_do_for(struct cs_store *store, const char *sql, const char *first,
                          const char *second, struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, first);
    if (second != NULL)
        cs_sql_bind_text(statement, 2, second);
    return cs_sql_run(store, statement, error);
}

enum cs_err cs_sql_number(struct cs_store *store, const char *sql, const char *text,
                          int64_t *ret_number, struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(store, sql, &statement, error);

    *ret_number = 0;
    if (result != CS_OK)
        return result;
    if (text != NULL)
        cs_sql_bind_text(statement, 1, text);
    result = cs_sql_step(store, statement, &row, error);
    if (row)
        *ret_number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_sql_count(struct cs_store *store, const char *sql, const char *user,
                         unsigned *ret_count, struct cs_error *error)
{
    int64_t count;
    enum cs_err result = cs_sql_number(store, sql, user, &count, error);

    *ret_count = (unsigned)count;
    return result;
}
