/* SPDX-License-Identifier: Apache-2.0 */
#include "store/place.h"

#include "store/store_priv.h"

enum {
    DAY = 86400,
    FRESH = 3600, /* a place that was noted so recently is not written again */
};

static enum cs_err find(const struct cs_transaction *transaction, const struct cs_place *place,
                        int64_t now, int64_t *ret_age, struct cs_error *error)
{
    static const char sql[] = "SELECT last FROM place WHERE kind = ?1 AND user = ?2 AND network ="
                              " ?3";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_age = INT64_MAX;
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, place->kind);
    cs_sql_bind_text(statement, 2, place->user);
    cs_sql_bind_text(statement, 3, place->network);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row)
        *ret_age = now - sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_place_known(const struct cs_transaction *transaction, const struct cs_place *place,
                           int64_t now, bool *ret_known, struct cs_error *error)
{
    int64_t age = 0;
    enum cs_err result = find(transaction, place, now, &age, error);

    /* A clock that was set back makes nobody a stranger, unless it had been wrong by more. */
    *ret_known = result == CS_OK && age <= CS_PLACE_MEMORY + FRESH && age >= -CS_PLACE_MEMORY;
    return result;
}

/* Those that are too old or were noted by a clock that was wrong; then, where all places are taken
 * and this one has none, the one that was not used for longest, if that is a day. */
static enum cs_err make_room(const struct cs_transaction *transaction, const struct cs_place *place,
                             int64_t now, struct cs_error *error)
{
    static const char sql[] =
        "DELETE FROM place WHERE kind = ?1 AND user = ?2 AND network <> ?3"
        " AND (last < ?4 OR last > ?5 OR (last < ?6"
        " AND network = (SELECT network FROM place WHERE kind = ?1 AND user = ?2"
        " AND network <> ?3 ORDER BY last LIMIT 1)"
        " AND (SELECT count(*) FROM place WHERE kind = ?1 AND user = ?2 AND network <> ?3) >= ?7))";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, place->kind);
    cs_sql_bind_text(statement, 2, place->user);
    cs_sql_bind_text(statement, 3, place->network);
    sqlite3_bind_int64(statement, 4, now - CS_PLACE_MEMORY - FRESH);
    sqlite3_bind_int64(statement, 5, now + CS_PLACE_MEMORY);
    sqlite3_bind_int64(statement, 6, now - DAY);
    sqlite3_bind_int64(statement, 7, CS_PLACES);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_place_note(const struct cs_transaction *transaction, const struct cs_place *place,
                          int64_t now, struct cs_error *error)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO place (kind, user, network, last) SELECT ?1, ?2, ?3, ?4"
        " WHERE (SELECT count(*) FROM place WHERE kind = ?1 AND user = ?2 AND network <> ?3) < ?5";
    sqlite3_stmt *statement = NULL;
    int64_t age = 0;
    enum cs_err result = find(transaction, place, now, &age, error);

    if (result != CS_OK || (age >= 0 && age < FRESH))
        return result;
    result = make_room(transaction, place, now, error);
    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, place->kind);
    cs_sql_bind_text(statement, 2, place->user);
    cs_sql_bind_text(statement, 3, place->network);
    sqlite3_bind_int64(statement, 4, now);
    sqlite3_bind_int64(statement, 5, CS_PLACES);
    return cs_sql_run(transaction->store, statement, error);
}
