/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ticket.h"

#include "base/buffer.h"
#include "store/recovery.h"
#include "store/store_priv.h"

/* Of user and ticket. The word before it makes sure that nothing has the hash of a recovery code.
 */
static enum cs_err hash_ticket(const struct cs_transaction *transaction, const char *user,
                               const struct cs_secret *ticket,
                               unsigned char ret_hash[CS_RECOVERY_HASH_BYTES],
                               struct cs_error *error)
{
    CS_AUTO(cs_recovery_hasher_free) struct cs_recovery_hasher *hasher = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    CS_AUTO(cs_secret_free) struct cs_secret named = {0};
    enum cs_err result = cs_recovery_hasher_new(transaction, &hasher, error);

    if (result != CS_OK)
        return result;
    cs_buffer_text(&text, "ticket:");
    cs_buffer_add(&text, ticket->data, ticket->length);
    if (text.failed || cs_secret_set(&named, text.text, text.length) != CS_OK)
        result = cs_fail_nomem(error);
    return result == CS_OK ? cs_recovery_hash(hasher, user, &named, ret_hash, error) : result;
}

enum cs_err cs_ticket_set(const struct cs_transaction *transaction, const char *user,
                          const struct cs_secret *ticket, int64_t expires, struct cs_error *error)
{
    static const char sql[] = "INSERT INTO ticket (user, hash, expires) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT DO UPDATE SET hash = ?2, expires = ?3";
    unsigned char hash[CS_RECOVERY_HASH_BYTES];
    sqlite3_stmt *statement = NULL;
    enum cs_err result = hash_ticket(transaction, user, ticket, hash, error);

    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    sqlite3_bind_blob(statement, 2, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, expires);
    return cs_sql_run(transaction->store, statement, error);
}

/* The hash that is stored for a user whose ticket has not expired. */
static enum cs_err read_hash(const struct cs_transaction *transaction, const char *user,
                             int64_t now, unsigned char ret_hash[CS_RECOVERY_HASH_BYTES],
                             bool *ret_found, struct cs_error *error)
{
    static const char sql[] = "SELECT hash FROM ticket WHERE user = ?1 AND expires > ?2";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_found = false;
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    sqlite3_bind_int64(statement, 2, now);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (result == CS_OK && row && sqlite3_column_bytes(statement, 0) == CS_RECOVERY_HASH_BYTES) {
        const unsigned char *hash = sqlite3_column_blob(statement, 0);

        for (size_t i = 0; i < CS_RECOVERY_HASH_BYTES; i++)
            ret_hash[i] = hash[i];
        *ret_found = true;
    }
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_ticket_look(const struct cs_transaction *transaction, const char *user, int64_t now,
                           bool *ret_waiting, struct cs_error *error)
{
    unsigned char hash[CS_RECOVERY_HASH_BYTES];

    return read_hash(transaction, user, now, hash, ret_waiting, error);
}

enum cs_err cs_ticket_check(const struct cs_transaction *transaction, const char *user,
                            const struct cs_secret *ticket, int64_t now, bool *ret_right,
                            struct cs_error *error)
{
    unsigned char stored[CS_RECOVERY_HASH_BYTES] = {0}, typed[CS_RECOVERY_HASH_BYTES] = {0};
    bool found = false;
    enum cs_err result = read_hash(transaction, user, now, stored, &found, error);

    *ret_right = false;
    if (result == CS_OK)
        result = hash_ticket(transaction, user, ticket, typed, error);
    *ret_right = result == CS_OK && found && cs_equal_ct(stored, typed, sizeof stored);
    return result;
}

enum cs_err cs_ticket_remove(const struct cs_transaction *transaction, const char *user,
                             bool *ret_removed, struct cs_error *error)
{
    static const char sql[] = "DELETE FROM ticket WHERE user = ?1";
    enum cs_err result = cs_sql_do_for(transaction->store, sql, user, NULL, error);

    *ret_removed = result == CS_OK && sqlite3_changes(transaction->store->db) > 0;
    return result;
}

enum cs_err cs_ticket_remove_all(const struct cs_transaction *transaction, struct cs_error *error)
{
    static const char sql[] = "DELETE FROM ticket";

    return cs_sql_do(transaction->store, sql, error);
}
