/* SPDX-License-Identifier: Apache-2.0 */
#include "store/recovery.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/buffer.h"
#include "store/store_priv.h"

enum { HASH_BYTES = 32 };

enum cs_err cs_recovery_key(struct cs_store *store, struct cs_secret *ret_key,
                            struct cs_error *error)
{
    static const char sql[] = "SELECT value FROM meta WHERE name = 'recovery_key'";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(store, sql, &statement, error);

    if (result == CS_OK)
        result = cs_sql_step(store, statement, &row, error);
    if (result == CS_OK && !row)
        result = cs_fail(error, CS_ERR_STORE,
                         "%s: damaged: no recovery key; restore it from its "
                         "backup",
                         store->path);
    if (result == CS_OK)
        result = cs_store_unseal(store, cs_recovery_context, sqlite3_column_blob(statement, 0),
                                 (size_t)sqlite3_column_bytes(statement, 0), ret_key, error);
    if (statement != NULL)
        sqlite3_reset(statement);
    return result;
}

/* HMAC-SHA-256 over user, NUL, code, so that one user's code is worthless for another. */
static enum cs_err hash_code(const struct cs_secret *key, const char *user,
                             const struct cs_secret *code, unsigned char ret_hash[HASH_BYTES],
                             struct cs_error *error)
{
    unsigned char text[512];
    size_t user_length = strlen(user) + 1;
    bool hashed;

    if (user_length + code->length > sizeof text)
        return cs_fail(error, CS_ERR_INPUT, "the recovery code is too long");
    memcpy(text, user, user_length);
    memcpy(text + user_length, code->data, code->length);
    hashed = HMAC(EVP_sha256(), key->data, (int)key->length, text, user_length + code->length,
                  ret_hash, NULL) != NULL;
    cs_wipe(text, sizeof text);
    return hashed ? CS_OK : cs_fail(error, CS_ERR_CRYPTO, "HMAC-SHA-256 is not available");
}

/* Runs a statement with the parameter user and, if given, hash. */
static enum cs_err run_for(const struct cs_transaction *transaction, const char *sql,
                           const char *user, const unsigned char *hash, struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    if (hash != NULL)
        sqlite3_bind_blob(statement, 2, hash, HASH_BYTES, SQLITE_STATIC);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_recovery_replace(const struct cs_transaction *transaction, const char *user,
                                const struct cs_secret *codes, size_t count, struct cs_error *error)
{
    static const char remove[] = "DELETE FROM recovery WHERE user = ?1";
    static const char insert[] = "INSERT INTO recovery (user, hash) VALUES (?1, ?2)";
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    enum cs_err result = cs_recovery_key(transaction->store, &key, error);

    if (result == CS_OK)
        result = run_for(transaction, remove, user, NULL, error);
    for (size_t i = 0; i < count && result == CS_OK; i++) {
        unsigned char hash[HASH_BYTES];

        result = hash_code(&key, user, &codes[i], hash, error);
        if (result == CS_OK)
            result = run_for(transaction, insert, user, hash, error);
    }
    return result;
}

enum cs_err cs_recovery_count(const struct cs_transaction *transaction, const char *user,
                              unsigned *ret_left, struct cs_error *error)
{
    static const char sql[] = "SELECT count(*) FROM recovery WHERE user = ?1";

    return cs_sql_count(transaction->store, sql, user, ret_left, error);
}

enum cs_err cs_recovery_spend(const struct cs_transaction *transaction, const char *user,
                              const struct cs_secret *code, bool *ret_won, unsigned *ret_left,
                              struct cs_error *error)
{
    static const char sql[] = "DELETE FROM recovery WHERE user = ?1 AND hash = ?2";
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    unsigned char hash[HASH_BYTES];
    enum cs_err result = cs_recovery_key(transaction->store, &key, error);

    if (result == CS_OK)
        result = hash_code(&key, user, code, hash, error);
    if (result == CS_OK)
        result = run_for(transaction, sql, user, hash, error);
    if (result != CS_OK)
        return result;
    *ret_won = sqlite3_changes(transaction->store->db) == 1;
    return cs_recovery_count(transaction, user, ret_left, error);
}

enum cs_err cs_recovery_spend_all(const struct cs_transaction *transaction, unsigned *ret_users,
                                  struct cs_error *error)
{
    static const char count[] = "SELECT count(DISTINCT user) FROM recovery";
    static const char remove[] = "DELETE FROM recovery";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, count, &statement, error);

    if (result == CS_OK)
        result = cs_sql_step(transaction->store, statement, &row, error);
    if (result != CS_OK)
        return result;
    *ret_users = row ? (unsigned)sqlite3_column_int(statement, 0) : 0;
    sqlite3_reset(statement);
    result = cs_sql(transaction->store, remove, &statement, error);
    return result == CS_OK ? cs_sql_run(transaction->store, statement, error) : result;
}
