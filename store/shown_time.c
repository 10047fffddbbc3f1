/* SPDX-License-Identifier: Apache-2.0 */
/* One value in the table `meta`. */
#include "store/shown_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"

enum { TEXT_SIZE = 24 };

enum cs_err cs_shown_time_read(const struct cs_transaction *transaction, int64_t *ret_time,
                               struct cs_error *error)
{
    static const char sql[] = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'shown_time'";

    return cs_sql_number(transaction->store, sql, NULL, ret_time, error);
}

enum cs_err cs_shown_time_note(const struct cs_transaction *transaction, int64_t time,
                               struct cs_error *error)
{
    static const char sql[] = "INSERT INTO meta (name, value) VALUES ('shown_time', ?1)"
                              " ON CONFLICT DO UPDATE SET value = ?1";
    sqlite3_stmt *statement = NULL;
    char text[TEXT_SIZE];
    int64_t latest = 0;
    enum cs_err result = cs_shown_time_read(transaction, &latest, error);

    if (result != CS_OK || time < latest + CS_SHOWN_TIME_STEP)
        return result;
    result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    (void)snprintf(text, sizeof text, "%" PRId64, time);
    sqlite3_bind_blob(statement, 1, text, (int)strlen(text), SQLITE_TRANSIENT);
    return cs_sql_run(transaction->store, statement, error);
}
