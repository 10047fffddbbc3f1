/* SPDX-License-Identifier: Apache-2.0 */
/* Key rotation: opens every secret with the key that sealed it and seals it with the current
 * one. */
#include <string.h>

#include "store/factor.h"
#include "store/password.h"
#include "store/seal.h"
#include "store/store_priv.h"

enum { SECRET_MAX = CS_FACTOR_SECRET_MAX };

_Static_assert((int)CS_PASSWORD_HASH_MAX <= (int)SECRET_MAX,
               "a hash is resealed in a factor's place");

static enum cs_err reseal_value(struct cs_store *store, const char *context, const void *sealed,
                                size_t length, unsigned char *ret_sealed, size_t *ret_length,
                                struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};
    enum cs_err result = cs_store_unseal(store, context, sealed, length, &plain, error);

    if (result == CS_OK && plain.length > SECRET_MAX)
        result = cs_fail(error, CS_ERR_STORE, "%s: the secret is too long", context);
    if (result == CS_OK)
        result = cs_seal(&store->keys, context, plain.data, plain.length, ret_sealed, error);
    *ret_length = plain.length + CS_SEAL_OVERHEAD;
    return result;
}

static enum cs_err reseal_factor(struct cs_store *store, sqlite3_stmt *row, struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET secret = ?2 WHERE id = ?1";
    unsigned char sealed[SECRET_MAX + CS_SEAL_OVERHEAD];
    sqlite3_stmt *update = NULL;
    char context[300];
    size_t length = 0;
    enum cs_err result;

    cs_factor_context((const char *)sqlite3_column_text(row, 1), sqlite3_column_int64(row, 0),
                      context);
    result = reseal_value(store, context, sqlite3_column_blob(row, 2),
                          (size_t)sqlite3_column_bytes(row, 2), sealed, &length, error);
    if (result == CS_OK)
        result = cs_sql(store, sql, &update, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(update, 1, sqlite3_column_int64(row, 0));
    sqlite3_bind_blob(update, 2, sealed, (int)length, SQLITE_STATIC);
    return cs_sql_run(store, update, error);
}

/* Reseals every row that `sql` selects; adds their number to `*count`. */
static enum cs_err reseal_rows(struct cs_store *store, const char *sql,
                               enum cs_err (*reseal)(struct cs_store *store, sqlite3_stmt *row,
                                                     struct cs_error *error),
                               unsigned *count, struct cs_error *error)
{
    sqlite3_stmt *rows = NULL;
    bool row = true;
    enum cs_err result = cs_sql(store, sql, &rows, error);

    while (result == CS_OK) {
        result = cs_sql_step(store, rows, &row, error);
        if (result != CS_OK || !row)
            break;
        result = reseal(store, rows, error);
        ++*count;
    }
    if (rows != NULL)
        sqlite3_reset(rows);
    return result;
}

static enum cs_err reseal_password(struct cs_store *store, sqlite3_stmt *row,
                                   struct cs_error *error)
{
    static const char sql[] = "UPDATE password SET hash = ?2 WHERE user = ?1";
    const char *user = (const char *)sqlite3_column_text(row, 0);
    unsigned char sealed[SECRET_MAX + CS_SEAL_OVERHEAD];
    sqlite3_stmt *update = NULL;
    char context[300];
    size_t length = 0;
    enum cs_err result;

    cs_password_context(user, context);
    result = reseal_value(store, context, sqlite3_column_blob(row, 1),
                          (size_t)sqlite3_column_bytes(row, 1), sealed, &length, error);
    if (result == CS_OK)
        result = cs_sql(store, sql, &update, error);
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(update, 1, user);
    sqlite3_bind_blob(update, 2, sealed, (int)length, SQLITE_STATIC);
    return cs_sql_run(store, update, error);
}

static enum cs_err reseal_recovery_key(struct cs_store *store, struct cs_error *error)
{
    static const char sql[] = "UPDATE meta SET value = ?1 WHERE name = 'recovery_key'";
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    unsigned char sealed[SECRET_MAX + CS_SEAL_OVERHEAD];
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_recovery_key(store, &key, error);

    if (result == CS_OK)
        result = cs_seal(&store->keys, cs_recovery_context, key.data, key.length, sealed, error);
    if (result == CS_OK)
        result = cs_sql(store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_blob(statement, 1, sealed, (int)(key.length + CS_SEAL_OVERHEAD), SQLITE_STATIC);
    return cs_sql_run(store, statement, error);
}

enum cs_err cs_store_reseal(struct cs_store *store, unsigned *ret_count, struct cs_error *error)
{
    /* The plus sign stops SQLite from reading along an index: it sorts first, so each row comes
     * once although rows change during the read. */
    static const char factors[] = "SELECT id, user, secret FROM factor ORDER BY +id";
    static const char passwords[] = "SELECT user, hash FROM password ORDER BY +user";
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    *ret_count = 0;
    if (result == CS_OK)
        result = cs_keys_load(store->key_path, &store->keys, error);
    if (result == CS_OK)
        result = reseal_rows(store, factors, reseal_factor, ret_count, error);
    if (result == CS_OK)
        result = reseal_rows(store, passwords, reseal_password, ret_count, error);
    if (result == CS_OK)
        result = reseal_recovery_key(store, error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}
