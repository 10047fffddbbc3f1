/* SPDX-License-Identifier: Apache-2.0 */
#include "store/owner.h"

#include "store/store_priv.h"

enum cs_err cs_owner_read(const struct cs_transaction *transaction, const char *user,
                          struct cs_uid *ret_owner, struct cs_error *error)
{
    static const char sql[] = "SELECT uid FROM owner WHERE user = ?1 AND ("
                              " EXISTS (SELECT 1 FROM factor WHERE user = ?1) OR"
                              " EXISTS (SELECT 1 FROM password WHERE user = ?1) OR"
                              " EXISTS (SELECT 1 FROM recovery WHERE user = ?1))";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_owner = (struct cs_uid){0};
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    result = cs_sql_step(transaction->store, statement, &ret_owner->known, error);
    if (result == CS_OK && ret_owner->known)
        ret_owner->value = (uid_t)sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_owner_set(const struct cs_transaction *transaction, const char *user, uid_t owner,
                         struct cs_error *error)
{
    static const char sql[] = "INSERT INTO owner (user, uid) VALUES (?1, ?2)"
                              " ON CONFLICT DO UPDATE SET uid = ?2";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    sqlite3_bind_int64(statement, 2, owner);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_owner_claim(const struct cs_transaction *transaction, const char *user,
                           const struct cs_uid *account, struct cs_error *error)
{
    struct cs_uid owner;
    enum cs_err result;

    if (!account->known)
        return CS_OK;
    result = cs_owner_read(transaction, user, &owner, error);
    if (result != CS_OK || (owner.known && owner.value == account->value))
        return result;
    if (owner.known)
        return cs_fail(error, CS_ERR_INPUT,
                       "what is stored for %s is that of an account with the uid %u, and the "
                       "account has the uid %u: 'countersign forget %s' removes it if that was "
                       "somebody else; 'countersign rename %s %s' keeps it for the same person",
                       user, (unsigned)owner.value, (unsigned)account->value, user, user, user);
    return cs_owner_set(transaction, user, account->value, error);
}
