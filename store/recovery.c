/* SPDX-License-Identifier: Apache-2.0 */
#include "store/recovery.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "store/last_batch.h"
#include "store/store_priv.h"

enum {
    HASH_BYTES = CS_RECOVERY_HASH_BYTES,
    ROW_BYTES_MAX = CS_RECOVERY_BYTES_MAX,
};

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

struct cs_recovery_hasher {
    struct cs_secret key;
    EVP_MAC_CTX *mac;
};

static enum cs_err fail_mac(struct cs_error *error)
{
    return cs_fail(error, CS_ERR_CRYPTO, "HMAC-SHA-256 is not available");
}

void cs_recovery_hasher_free(struct cs_recovery_hasher **hasher)
{
    if (*hasher == NULL)
        return;
    EVP_MAC_CTX_free((*hasher)->mac);
    cs_secret_free(&(*hasher)->key);
    free(*hasher);
    *hasher = NULL;
}

enum cs_err cs_recovery_hasher_new(const struct cs_transaction *transaction,
                                   struct cs_recovery_hasher **ret_hasher, struct cs_error *error)
{
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                     OSSL_PARAM_construct_end()};
    CS_AUTO(cs_recovery_hasher_free) struct cs_recovery_hasher *hasher = calloc(1, sizeof *hasher);
    EVP_MAC *mac;
    enum cs_err result;

    if (hasher == NULL)
        return cs_fail_nomem(error);
    result = cs_recovery_key(transaction->store, &hasher->key, error);
    if (result != CS_OK)
        return result;
    mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    hasher->mac = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    if (hasher->mac == NULL || EVP_MAC_init(hasher->mac, (const unsigned char *)hasher->key.data,
                                            hasher->key.length, parameters) != 1)
        return fail_mac(error);
    *ret_hasher = hasher;
    hasher = NULL;
    return CS_OK;
}

enum cs_err cs_recovery_hasher_check(const struct cs_transaction *transaction,
                                     const struct cs_recovery_hasher *hasher,
                                     struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    enum cs_err result = cs_recovery_key(transaction->store, &key, error);

    if (result == CS_OK &&
        (key.length != hasher->key.length || !cs_equal_ct(key.data, hasher->key.data, key.length)))
        result = cs_fail(error, CS_ERR_STORE, "%s: somebody replaced it meanwhile; try again",
                         transaction->store->path);
    return result;
}

enum cs_err cs_recovery_hash(const struct cs_recovery_hasher *hasher, const char *user,
                             const struct cs_secret *code,
                             unsigned char ret_hash[CS_RECOVERY_HASH_BYTES], struct cs_error *error)
{
    size_t length = 0;

    /* Without a key, it is the one from before. */
    if (EVP_MAC_init(hasher->mac, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(hasher->mac, (const unsigned char *)user, strlen(user) + 1) != 1 ||
        EVP_MAC_update(hasher->mac, (const unsigned char *)code->data, code->length) != 1 ||
        EVP_MAC_final(hasher->mac, ret_hash, &length, HASH_BYTES) != 1 || length != HASH_BYTES)
        return fail_mac(error);
    return CS_OK;
}

/* Prepares a statement with the parameter user and, if given, a row's hashes. */
static enum cs_err prepare(const struct cs_transaction *transaction, const char *sql,
                           const char *user, const unsigned char *hashes, size_t length,
                           sqlite3_stmt **ret_statement, struct cs_error *error)
{
    enum cs_err result = cs_sql(transaction->store, sql, ret_statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(*ret_statement, 1, user);
    if (hashes != NULL)
        sqlite3_bind_blob(*ret_statement, 2, hashes, (int)length, SQLITE_STATIC);
    return CS_OK;
}

enum cs_err cs_recovery_add(const struct cs_transaction *transaction, const char *user,
                            const unsigned char *hashes, size_t count, bool *ret_added,
                            struct cs_error *error)
{
    /* Two statements: one that reads the table it writes would collect its rows first. */
    static const char find[] = "SELECT 1 FROM recovery WHERE user = ?1 LIMIT 1";
    static const char sql[] = "INSERT INTO recovery (user, hash) VALUES (?1, ?2)";
    sqlite3_stmt *statement = NULL;
    unsigned some = 0;
    enum cs_err result = cs_sql_count(transaction->store, find, user, &some, error);

    *ret_added = false;
    if (result != CS_OK || some > 0)
        return result;
    result = prepare(transaction, sql, user, hashes, count * HASH_BYTES, &statement, error);
    if (result == CS_OK)
        result = cs_sql_run(transaction->store, statement, error);
    *ret_added = result == CS_OK;
    return result;
}

enum cs_err cs_recovery_replace(const struct cs_transaction *transaction, const char *user,
                                const struct cs_secret *codes, size_t count, struct cs_error *error)
{
    static const char remove[] = "DELETE FROM recovery WHERE user = ?1";
    CS_AUTO(cs_recovery_hasher_free) struct cs_recovery_hasher *hasher = NULL;
    unsigned char hashes[ROW_BYTES_MAX];
    bool added;
    enum cs_err result = cs_recovery_hasher_new(transaction, &hasher, error);

    if (result == CS_OK && count > CS_RECOVERY_CODES)
        result = cs_fail(error, CS_ERR_LIMIT, "%zu recovery codes: at most %d can be stored", count,
                         CS_RECOVERY_CODES);
    for (size_t i = 0; i < count && result == CS_OK; i++)
        result = cs_recovery_hash(hasher, user, &codes[i], hashes + i * HASH_BYTES, error);
    if (result == CS_OK)
        result = cs_last_batch_keep_codes(transaction, user, error);
    if (result == CS_OK)
        result = cs_sql_do_for(transaction->store, remove, user, NULL, error);
    return result == CS_OK && count > 0
               ? cs_recovery_add(transaction, user, hashes, count, &added, error)
               : result;
}

enum cs_err cs_recovery_count(const struct cs_transaction *transaction, const char *user,
                              unsigned *ret_left, struct cs_error *error)
{
    static const char sql[] = "SELECT sum(length(hash)) / 32 FROM recovery WHERE user = ?1";

    return cs_sql_count(transaction->store, sql, user, ret_left, error);
}

enum cs_err cs_recovery_hashes(const struct cs_transaction *transaction, const char *user,
                               unsigned char ret_hashes[CS_RECOVERY_BYTES_MAX], size_t *ret_length,
                               struct cs_error *error)
{
    static const char sql[] = "SELECT hash FROM recovery WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    bool more = true;
    enum cs_err result = prepare(transaction, sql, user, NULL, 0, &statement, error);

    *ret_length = 0;
    while (result == CS_OK && more) {
        size_t bytes;

        result = cs_sql_step(transaction->store, statement, &more, error);
        if (result != CS_OK || !more)
            break;
        bytes = (size_t)sqlite3_column_bytes(statement, 0);
        if (bytes > CS_RECOVERY_BYTES_MAX - *ret_length)
            result = cs_fail(error, CS_ERR_STORE, "%s: '%s' has more recovery codes than possible",
                             transaction->store->path, user);
        else if (bytes > 0)
            memcpy(ret_hashes + *ret_length, sqlite3_column_blob(statement, 0), bytes);
        *ret_length += result == CS_OK ? bytes : 0;
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    return result;
}

/* The hashes of a row: of a user's codes in any order, or, in a store of before schema 8, of one
 * code. */
struct row {
    unsigned char hashes[ROW_BYTES_MAX];
    size_t length; /* 0: no row */
    size_t found;  /* where the code's hash is */
};

static bool take_row(sqlite3_stmt *statement, const unsigned char hash[HASH_BYTES],
                     struct row *ret_row)
{
    const unsigned char *hashes = sqlite3_column_blob(statement, 0);
    size_t length = (size_t)sqlite3_column_bytes(statement, 0);

    for (size_t at = 0; length <= ROW_BYTES_MAX && at + HASH_BYTES <= length; at += HASH_BYTES) {
        if (!cs_equal_ct(hashes + at, hash, HASH_BYTES))
            continue;
        memcpy(ret_row->hashes, hashes, length);
        ret_row->length = length;
        ret_row->found = at;
        return true;
    }
    return false;
}

/* The user's row that has this hash. */
static enum cs_err find_row(const struct cs_transaction *transaction, const char *user,
                            const unsigned char hash[HASH_BYTES], struct row *ret_row,
                            struct cs_error *error)
{
    static const char sql[] = "SELECT hash FROM recovery WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    bool more = true;
    enum cs_err result = prepare(transaction, sql, user, NULL, 0, &statement, error);

    while (result == CS_OK && more) {
        result = cs_sql_step(transaction->store, statement, &more, error);
        if (result == CS_OK && more && take_row(statement, hash, ret_row))
            break;
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    return result;
}

/* Takes the hash out of its row. The number of changed rows decides. */
static enum cs_err take_out(const struct cs_transaction *transaction, const char *user,
                            const struct row *row, bool *ret_won, struct cs_error *error)
{
    static const char shorten[] = "UPDATE recovery SET hash = ?3 WHERE user = ?1 AND hash = ?2";
    static const char remove[] = "DELETE FROM recovery WHERE user = ?1 AND hash = ?2";
    size_t left = row->length - HASH_BYTES;
    unsigned char rest[ROW_BYTES_MAX];
    sqlite3_stmt *statement = NULL;
    enum cs_err result = prepare(transaction, left > 0 ? shorten : remove, user, row->hashes,
                                 row->length, &statement, error);

    if (result != CS_OK)
        return result;
    memcpy(rest, row->hashes, row->found);
    memcpy(rest + row->found, row->hashes + row->found + HASH_BYTES, left - row->found);
    if (left > 0)
        sqlite3_bind_blob(statement, 3, rest, (int)left, SQLITE_STATIC);
    result = cs_sql_run(transaction->store, statement, error);
    *ret_won = result == CS_OK && sqlite3_changes(transaction->store->db) == 1;
    return result;
}

enum cs_err cs_recovery_spend(const struct cs_transaction *transaction, const char *user,
                              const struct cs_secret *code, bool *ret_won, unsigned *ret_left,
                              struct cs_error *error)
{
    CS_AUTO(cs_recovery_hasher_free) struct cs_recovery_hasher *hasher = NULL;
    unsigned char hash[HASH_BYTES];
    struct row row = {.length = 0};
    enum cs_err result = cs_recovery_hasher_new(transaction, &hasher, error);

    *ret_won = false;
    if (result == CS_OK)
        result = cs_recovery_hash(hasher, user, code, hash, error);
    if (result == CS_OK)
        result = find_row(transaction, user, hash, &row, error);
    if (result == CS_OK && row.length > 0)
        result = take_out(transaction, user, &row, ret_won, error);
    return result == CS_OK ? cs_recovery_count(transaction, user, ret_left, error) : result;
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
