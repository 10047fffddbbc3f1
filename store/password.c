/* SPDX-License-Identifier: Apache-2.0 */
#include "store/password.h"

#include <stdio.h>

#include "store/seal.h"
#include "store/store_priv.h"

void cs_password_context(const char *user, char ret_context[CS_CONTEXT_SIZE])
{
    (void)snprintf(ret_context, CS_CONTEXT_SIZE, "password of %s", user);
}

enum cs_err cs_password_load(const struct cs_transaction *transaction, const char *user,
                             struct cs_secret *ret_hash, struct cs_error *error)
{
    static const char sql[] = "SELECT hash FROM password WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    char context[CS_CONTEXT_SIZE];
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    cs_secret_free(ret_hash);
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    result = cs_sql_step(transaction->store, statement, &row, error);
    cs_password_context(user, context);
    if (result == CS_OK && row)
        result = cs_store_unseal(transaction->store, context, sqlite3_column_blob(statement, 0),
                                 (size_t)sqlite3_column_bytes(statement, 0), ret_hash, error);
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_password_changed(const struct cs_transaction *transaction, const char *user,
                                bool *ret_has, int64_t *ret_changed, struct cs_error *error)
{
    static const char sql[] = "SELECT changed FROM password WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_has = false;
    *ret_changed = 0;
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    result = cs_sql_step(transaction->store, statement, ret_has, error);
    if (*ret_has)
        *ret_changed = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_password_set(const struct cs_transaction *transaction, const char *user,
                            const struct cs_secret *hash, int64_t now, struct cs_error *error)
{
    static const char sql[] = "INSERT INTO password (user, hash, changed) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT DO UPDATE SET hash = ?2, changed = ?3";
    unsigned char sealed[CS_PASSWORD_HASH_MAX + CS_SEAL_OVERHEAD];
    sqlite3_stmt *statement = NULL;
    char context[CS_CONTEXT_SIZE];
    enum cs_err result;

    if (hash->length > CS_PASSWORD_HASH_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "the hash of the password is longer than %d bytes",
                       CS_PASSWORD_HASH_MAX);
    cs_password_context(user, context);
    result = cs_store_seal(transaction->store, context, hash->data, hash->length, sealed, error);
    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    sqlite3_bind_blob(statement, 2, sealed, (int)(hash->length + CS_SEAL_OVERHEAD), SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, now);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_password_remove(const struct cs_transaction *transaction, const char *user,
                               struct cs_error *error)
{
    static const char sql[] = "DELETE FROM password WHERE user = ?1";
    enum cs_err result = cs_sql_do_for(transaction->store, sql, user, NULL, error);

    if (result == CS_OK && sqlite3_changes(transaction->store->db) == 0)
        result = cs_fail(error, CS_ERR_NOT_FOUND, "%s has no password", user);
    return result;
}
