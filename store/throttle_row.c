/* SPDX-License-Identifier: Apache-2.0 */
#include "store/throttle_row.h"

#include <stdio.h>

#include "store/store_priv.h"

enum {
    SLOTS = 16384,
    PAIRS = 16, /* of one user and scope, of networks that are not known */
};

void cs_throttle_slot(const char *network, char ret_slot[CS_THROTTLE_SLOT_SIZE])
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */

    for (const char *c = network; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211U;
    (void)snprintf(ret_slot, CS_THROTTLE_SLOT_SIZE, "%u", (unsigned)((hash ^ hash >> 32) % SLOTS));
}

static void bind_key(sqlite3_stmt *statement, const struct cs_throttle_key *key)
{
    sqlite3_bind_int64(statement, 1, key->scope);
    cs_sql_bind_text(statement, 2, key->subject);
    cs_sql_bind_text(statement, 3, key->network);
}

enum cs_err cs_throttle_load_row(const struct cs_transaction *transaction,
                                 const struct cs_throttle_key *key, struct cs_throttle_row *ret_row,
                                 bool *ret_exists, struct cs_error *error)
{
    static const char sql[] = "SELECT failures, failed, full FROM throttle"
                              " WHERE scope = ?1 AND subject = ?2 AND network = ?3";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_row = (struct cs_throttle_row){0};
    if (result != CS_OK)
        return result;
    bind_key(statement, key);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row)
        *ret_row = (struct cs_throttle_row){sqlite3_column_int64(statement, 0),
                                            sqlite3_column_int64(statement, 1),
                                            sqlite3_column_int64(statement, 2)};
    sqlite3_reset(statement);
    if (ret_exists != NULL)
        *ret_exists = row;
    return result;
}

enum cs_err cs_throttle_save_row(const struct cs_transaction *transaction,
                                 const struct cs_throttle_key *key,
                                 const struct cs_throttle_row *row, struct cs_error *error)
{
    static const char sql[] =
        "INSERT INTO throttle (scope, subject, network, failures, failed, full)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT DO UPDATE SET failures = ?4, failed = ?5, full = ?6";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    bind_key(statement, key);
    sqlite3_bind_int64(statement, 4, row->failures);
    sqlite3_bind_int64(statement, 5, row->failed);
    sqlite3_bind_int64(statement, 6, row->full);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_throttle_make_room(const struct cs_transaction *transaction,
                                  const struct cs_throttle_key *pair, enum cs_place_kind kind,
                                  struct cs_error *error)
{
    static const char sql[] =
        "DELETE FROM throttle WHERE scope = ?1 AND subject = ?2 AND network <> ''"
        " AND network NOT IN (SELECT network FROM place WHERE kind = ?4 AND user = ?2)"
        " AND failed <= (SELECT failed FROM throttle WHERE scope = ?1 AND subject = ?2"
        " AND network <> ''"
        " AND network NOT IN (SELECT network FROM place WHERE kind = ?4 AND user = ?2)"
        " ORDER BY failed DESC LIMIT 1 OFFSET ?5)";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, pair->scope);
    cs_sql_bind_text(statement, 2, pair->subject);
    sqlite3_bind_int64(statement, 4, kind);
    sqlite3_bind_int64(statement, 5, PAIRS - 1);
    return cs_sql_run(transaction->store, statement, error);
}
