/* SPDX-License-Identifier: Apache-2.0 */
#include "store/record.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/strlist.h"
#include "store/store_priv.h"

enum { PARTS = 3, RECORDS_AT_ONCE = 128 };

enum cs_err cs_record_add(const struct cs_transaction *transaction, const struct cs_record *record,
                          struct cs_error *error)
{
    static const char sql[] = "INSERT INTO record (id, text, json) VALUES (?1, ?2, ?3)";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, record->id);
    cs_sql_bind_text(statement, 2, record->text);
    cs_sql_bind_text(statement, 3, record->json);
    return cs_sql_run(transaction->store, statement, error);
}

/* Some records, copied: nothing is written to a log while the store is held. */
struct portion {
    struct cs_strlist parts; /* id, text and JSON of each */
    int64_t last;            /* the number of the last one; then of the last one that was written */
};

static void clear_portion(struct portion *portion)
{
    cs_strlist_free(&portion->parts);
}

static enum cs_err read_row(sqlite3_stmt *row, struct portion *portion, struct cs_error *error)
{
    portion->last = sqlite3_column_int64(row, 0);
    for (int part = 0; part < PARTS; part++) {
        if (cs_strlist_add(&portion->parts, (const char *)sqlite3_column_text(row, part + 1),
                           (size_t)sqlite3_column_bytes(row, part + 1)) != CS_OK)
            return cs_fail_nomem(error);
    }
    return CS_OK;
}

static enum cs_err read_portion(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error)
{
    static const char sql[] = "SELECT number, id, text, json FROM record ORDER BY number";
    struct portion *portion = context;
    sqlite3_stmt *row = NULL;
    bool more = true;
    enum cs_err result = cs_sql(transaction->store, sql, &row, error);

    while (result == CS_OK && portion->parts.count < (size_t)PARTS * RECORDS_AT_ONCE) {
        result = cs_sql_step(transaction->store, row, &more, error);
        if (result != CS_OK || !more)
            break;
        result = read_row(row, portion, error);
    }
    if (row != NULL)
        sqlite3_reset(row);
    return result;
}

static enum cs_err forget_portion(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    static const char sql[] = "DELETE FROM record WHERE number <= ?1";
    const struct portion *portion = context;
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, portion->last);
    return cs_sql_run(transaction->store, statement, error);
}

static enum cs_err write_portion(struct portion *portion, cs_record_writer *write, void *context,
                                 struct cs_error *error)
{
    char *const *parts = portion->parts.items;

    for (size_t i = 0; i + PARTS <= portion->parts.count; i += PARTS) {
        const struct cs_record record = {parts[i], parts[i + 1], parts[i + 2]};
        enum cs_err result = write(&record, context, error);

        if (result != CS_OK)
            return result;
    }
    return CS_OK;
}

static enum cs_err drain(struct cs_store *store, cs_record_writer *write, void *context,
                         struct cs_error *error)
{
    enum cs_err result;
    bool more;

    do {
        CS_AUTO(clear_portion) struct portion portion = {0};

        result = cs_store_run(store, CS_STORE_READ, read_portion, &portion, error);
        more = result == CS_OK && portion.parts.count > 0;
        if (more)
            result = write_portion(&portion, write, context, error);
        if (more && result == CS_OK)
            result = cs_store_run(store, CS_STORE_WRITE, forget_portion, &portion, error);
    } while (more && result == CS_OK);
    return result;
}

enum cs_err cs_records_drain(struct cs_store *store, cs_record_writer *write, void *context,
                             struct cs_error *error)
{
    enum cs_err result = cs_store_lock_records(store, cs_clock_ms() + CS_LOCK_WAIT_MS, error);

    if (result != CS_OK)
        return result;
    result = drain(store, write, context, error);
    cs_store_unlock_records(store);
    return result;
}
