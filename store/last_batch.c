/* SPDX-License-Identifier: Apache-2.0 */
#include "store/last_batch.h"

#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"

enum cs_err cs_last_batch_begin(const struct cs_transaction *transaction, struct cs_error *error)
{
    static const char sql[] = "DELETE FROM batch";

    return cs_sql_do(transaction->store, sql, error);
}

enum cs_err cs_last_batch_add(const struct cs_transaction *transaction, int64_t factor,
                              size_t codes, struct cs_error *error)
{
    static const char sql[] = "INSERT INTO batch (factor, codes) VALUES (?1, ?2)";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, factor);
    sqlite3_bind_int64(statement, 2, (int64_t)codes);
    return cs_sql_run(transaction->store, statement, error);
}

static void read_row(sqlite3_stmt *statement, struct cs_batch_factor *factor)
{
    const char *user = (const char *)sqlite3_column_text(statement, 1);
    int64_t given = sqlite3_column_int64(statement, 4);
    int64_t codes_left = sqlite3_column_int64(statement, 5);
    bool codes_spent = codes_left < given, got_in = sqlite3_column_int64(statement, 6);

    factor->id = sqlite3_column_int64(statement, 0);
    (void)snprintf(factor->user, sizeof factor->user, "%s", user ? user : "");
    factor->created = sqlite3_column_int64(statement, 2);
    factor->codes = given != 0;
    factor->used = sqlite3_column_int64(statement, 3) != 0 || (factor->codes && codes_spent);
    /* Other codes may have let the user in. */
    factor->traceless = !factor->used && !got_in && (factor->codes || codes_left == 0);
}

enum cs_err cs_last_batch_next(const struct cs_transaction *transaction, int64_t after,
                               struct cs_batch_factor *ret_factor, bool *ret_found,
                               struct cs_error *error)
{
    static const char sql[] =
        "SELECT f.id, f.user, f.created, f.last_used, b.codes,"
        " (SELECT coalesce(sum(length(hash) / 32), 0) FROM recovery r WHERE r.user = f.user),"
        " EXISTS (SELECT 1 FROM place p WHERE p.kind = 0 AND p.user = f.user)"
        " FROM batch b JOIN factor f ON f.id = b.factor WHERE b.factor > ?1"
        " ORDER BY b.factor LIMIT 1";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_found = false;
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, after);
    result = cs_sql_step(transaction->store, statement, ret_found, error);
    if (*ret_found)
        read_row(statement, ret_factor);
    sqlite3_reset(statement);
    return result;
}

static enum cs_err forget_entry(const struct cs_transaction *transaction, int64_t id,
                                struct cs_error *error)
{
    static const char sql[] = "DELETE FROM batch WHERE factor = ?1";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, id);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_last_batch_undo(const struct cs_transaction *transaction,
                               const struct cs_batch_factor *factor, struct cs_error *error)
{
    static const char remove_codes[] = "DELETE FROM recovery WHERE user = ?1";
    unsigned left = 0;
    enum cs_err result = factor->traceless
                             ? cs_factor_withdraw(transaction, factor->user, factor->id, error)
                             : cs_factor_remove(transaction, factor->user, factor->id, error);

    if (result == CS_OK)
        result = forget_entry(transaction, factor->id, error);
    if (result == CS_OK)
        result = cs_factor_count(transaction, factor->user, CS_STORED_ANY, &left, error);
    return result == CS_OK && (factor->codes || left == 0)
               ? cs_sql_do_for(transaction->store, remove_codes, factor->user, NULL, error)
               : result;
}

enum cs_err cs_last_batch_keep_codes(const struct cs_transaction *transaction, const char *user,
                                     struct cs_error *error)
{
    static const char sql[] = "UPDATE batch SET codes = 0 WHERE codes <> 0 AND factor IN"
                              " (SELECT id FROM factor WHERE user = ?1)";

    return cs_sql_do_for(transaction->store, sql, user, NULL, error);
}
