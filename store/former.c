/* SPDX-License-Identifier: Apache-2.0 */
#include "store/former.h"

#include "store/store_priv.h"

enum cs_err cs_former_note(const struct cs_transaction *transaction, const char *user,
                           struct cs_error *error)
{
    static const char sql[] = "INSERT INTO former (user) VALUES (?1) ON CONFLICT DO NOTHING";
    static const char ticket[] = "DELETE FROM ticket WHERE user = ?1";
    enum cs_err result = cs_sql_do_for(transaction->store, sql, user, NULL, error);

    return result == CS_OK ? cs_sql_do_for(transaction->store, ticket, user, NULL, error) : result;
}

enum cs_err cs_past_find(const struct cs_transaction *transaction, const char *user,
                         enum cs_past *ret_past, struct cs_error *error)
{
    static const char sql[] =
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM suspension WHERE user = ?1) THEN 1"
        " WHEN EXISTS (SELECT 1 FROM factor WHERE user = ?1) THEN 2"
        " WHEN EXISTS (SELECT 1 FROM recovery WHERE user = ?1) THEN 3"
        " WHEN EXISTS (SELECT 1 FROM pending WHERE user = ?1) THEN 4"
        " WHEN EXISTS (SELECT 1 FROM former WHERE user = ?1) THEN 5 ELSE 0 END";
    unsigned past = CS_PAST_FACTOR;
    enum cs_err result = cs_sql_count(transaction->store, sql, user, &past, error);

    *ret_past = result == CS_OK && past < CS_PASTS ? (enum cs_past)past : CS_PAST_FACTOR;
    return result;
}

enum cs_err cs_past_elsewhere(const struct cs_transaction *transaction, const char *user, uid_t uid,
                              bool *ret_elsewhere, struct cs_error *error)
{
    static const char sql[] = "SELECT 1 FROM owner o WHERE uid = ?2 AND user <> ?1 AND ("
                              " EXISTS (SELECT 1 FROM factor f WHERE f.user = o.user) OR"
                              " EXISTS (SELECT 1 FROM recovery r WHERE r.user = o.user) OR"
                              " EXISTS (SELECT 1 FROM former p WHERE p.user = o.user))";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_elsewhere = true;
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    sqlite3_bind_int64(statement, 2, uid);
    result = cs_sql_step(transaction->store, statement, ret_elsewhere, error);
    sqlite3_reset(statement);
    return result;
}

const char *cs_past_text(enum cs_past past)
{
    static const char *const texts[CS_PASTS] = {
        [CS_PAST_NONE] = "has nothing",
        [CS_PAST_SUSPENDED] = "is suspended",
        [CS_PAST_FACTOR] = "has a factor",
        [CS_PAST_RECOVERY] = "has recovery codes",
        [CS_PAST_PENDING] = "is about to register a security key",
        [CS_PAST_FORMER] = "had a factor, which was removed",
    };

    return texts[past];
}
