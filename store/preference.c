/* SPDX-License-Identifier: Apache-2.0 */
#include "store/preference.h"

#include <stdio.h>

#include "store/store_priv.h"

enum cs_err cs_preference_language(const struct cs_transaction *transaction, const char *user,
                                   char ret_language[CS_PREFERENCE_LANGUAGE_SIZE],
                                   struct cs_error *error)
{
    static const char sql[] = "SELECT language FROM preference WHERE user = ?1";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    ret_language[0] = '\0';
    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row)
        (void)snprintf(ret_language, CS_PREFERENCE_LANGUAGE_SIZE, "%s",
                       (const char *)sqlite3_column_text(statement, 0));
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_preference_set_language(const struct cs_transaction *transaction, const char *user,
                                       const char *language, struct cs_error *error)
{
    static const char set[] = "INSERT INTO preference (user, language) VALUES (?1, ?2)"
                              " ON CONFLICT DO UPDATE SET language = ?2";
    static const char remove[] = "DELETE FROM preference WHERE user = ?1";
    bool removes = language[0] == '\0';
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, removes ? remove : set, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    if (!removes)
        cs_sql_bind_text(statement, 2, language);
    return cs_sql_run(transaction->store, statement, error);
}
