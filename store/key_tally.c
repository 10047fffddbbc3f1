/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key_tally.h"

#include "store/seal.h"
#include "store/store_priv.h"

static enum cs_err count(const struct cs_transaction *transaction, const char *sql,
                         size_t secret_max, unsigned *ret_keys, unsigned *ret_users,
                         struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, CS_KEY_VERIFIES);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)(secret_max + CS_SEAL_OVERHEAD));
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row) {
        *ret_keys = (unsigned)sqlite3_column_int(statement, 0);
        *ret_users = (unsigned)sqlite3_column_int(statement, 1);
    }
    sqlite3_reset(statement);
    return result;
}

/* Of the keys that a login may ask for, a secret is public key and handle. */
static enum cs_err count_crowded(const struct cs_transaction *transaction, size_t room,
                                 unsigned *ret_users, struct cs_error *error)
{
    static const char sql[] = "SELECT count(DISTINCT user) FROM (SELECT user FROM factor"
                              " WHERE kind = 'u2f' AND suspect = 0 GROUP BY user, app_id"
                              " HAVING length(CAST(app_id AS BLOB)) + sum(1 + length(secret) - ?1"
                              " - CASE algorithm WHEN 'eddsa' THEN 32 ELSE 65 END) > ?2)";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, CS_SEAL_OVERHEAD);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)room);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row)
        *ret_users = (unsigned)sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_key_tally(const struct cs_transaction *transaction,
                         const struct cs_key_bounds *bounds, struct cs_key_tallies *ret_tallies,
                         struct cs_error *error)
{
    static const char *const sorts[CS_KEY_SORTS] = {
        [CS_KEYS_UNVERIFIED] = "SELECT count(*), count(DISTINCT user) FROM factor"
                               " WHERE kind = 'u2f' AND key_flags & ?1 = 0 AND ?2 > 0",
        [CS_KEYS_BEYOND_U2F] =
            "SELECT count(*), count(DISTINCT user) FROM factor"
            " WHERE kind = 'u2f' AND (algorithm <> 'es256' OR key_flags & ?1 <> 0"
            " OR length(secret) > ?2)",
        [CS_KEYS_SUSPECT] = "SELECT count(*), count(DISTINCT user) FROM factor"
                            " WHERE kind = 'u2f' AND suspect <> 0 AND ?1 > 0 AND ?2 > 0"};
    enum cs_err result = CS_OK;

    *ret_tallies = (struct cs_key_tallies){0};
    for (int i = 0; i < CS_KEY_SORTS && result == CS_OK; i++)
        result = count(transaction, sorts[i], bounds->secret_max, &ret_tallies->items[i].keys,
                       &ret_tallies->items[i].users, error);
    return result == CS_OK ? count_crowded(transaction, bounds->room, &ret_tallies->crowded, error)
                           : result;
}
