/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that a store is intact and that the key file belongs to it. */
#include <string.h>

#include "store/store_priv.h"

enum cs_err cs_store_check(struct cs_store *store, struct cs_error *error)
{
    static const char sql[] = "PRAGMA integrity_check(1)";
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_sql(store, sql, &statement, error);
    if (result == CS_OK)
        result = cs_sql_step(store, statement, &row, error);
    if (result != CS_OK)
        return result;
    if (!row || strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
        return cs_fail(error, CS_ERR_STORE, "%s: damaged: %s; restore it from its backup",
                       store->path, row ? (const char *)sqlite3_column_text(statement, 0) : "");
    sqlite3_reset(statement);
    /* The one secret that every store has shows whether the key file belongs to it. */
    return cs_recovery_key(store, &key, error);
}

static enum cs_err write_once(struct cs_store *store, const char *sql, struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_sql(store, sql, &statement, error);
    if (result == CS_OK)
        result = cs_sql_run(store, statement, error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

enum cs_err cs_store_check_writable(struct cs_store *store, struct cs_error *error)
{
    static const char *const steps[] = {
        "INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', zeroblob(32768))",
        "DELETE FROM meta WHERE name = 'probe'",
    };
    struct cs_error inner = {0};
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_ARRAY_SIZE(steps) && result == CS_OK; i++)
        result = write_once(store, steps[i], &inner);
    return result == CS_OK
               ? CS_OK
               : cs_fail(error, result, "%s: cannot be written, so every login is refused: %s",
                         store->path, inner.text);
}
