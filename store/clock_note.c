/* SPDX-License-Identifier: Apache-2.0 */
/* One small value in the table `meta`: a line "FACTOR TIME OFF" for each note, the oldest first. */
#include "store/clock_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum { LINE_SIZE = 72 };

struct note {
    int64_t factor, time, off;
};

struct notes {
    struct note items[CS_CLOCK_NOTES_MAX];
    size_t count;
};

/* What is not as we wrote it is nothing: these are hints. */
static void parse(const char *text, size_t length, struct notes *notes)
{
    char copy[CS_CLOCK_NOTES_MAX * LINE_SIZE];
    const char *rest = copy;
    struct note note;
    int used = 0;

    if (length >= sizeof copy)
        return;
    memcpy(copy, text, length);
    copy[length] = '\0';
    while (notes->count < CS_CLOCK_NOTES_MAX &&
           sscanf(rest, "%" SCNd64 " %" SCNd64 " %" SCNd64 "\n%n", &note.factor, &note.time,
                  &note.off, &used) == 3) {
        notes->items[notes->count++] = note;
        rest += used;
    }
}

static enum cs_err load(const struct cs_transaction *transaction, struct notes *notes,
                        struct cs_error *error)
{
    static const char sql[] = "SELECT value FROM meta WHERE name = 'clock_notes'";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    notes->count = 0;
    if (result != CS_OK)
        return result;
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row && sqlite3_column_bytes(statement, 0) > 0)
        parse(sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0), notes);
    sqlite3_reset(statement);
    return result;
}

static enum cs_err save(const struct cs_transaction *transaction, const struct notes *notes,
                        struct cs_error *error)
{
    static const char sql[] = "INSERT INTO meta (name, value) VALUES ('clock_notes', ?1)"
                              " ON CONFLICT DO UPDATE SET value = ?1";
    char text[CS_CLOCK_NOTES_MAX * LINE_SIZE] = "";
    sqlite3_stmt *statement = NULL;
    int length = 0;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    for (size_t i = 0; i < notes->count; i++)
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "%" PRId64 " %" PRId64 " %" PRId64 "\n", notes->items[i].factor,
                           notes->items[i].time, notes->items[i].off);
    sqlite3_bind_blob(statement, 1, text, length, SQLITE_TRANSIENT);
    return cs_sql_run(transaction->store, statement, error);
}

/* Takes out those of the factor, or, if there is still no room, the oldest. */
static void make_room(struct notes *notes, int64_t factor)
{
    size_t kept = 0;

    for (size_t i = 0; i < notes->count; i++) {
        if (notes->items[i].factor != factor)
            notes->items[kept++] = notes->items[i];
    }
    if (kept == CS_CLOCK_NOTES_MAX)
        memmove(&notes->items[0], &notes->items[1], --kept * sizeof notes->items[0]);
    notes->count = kept;
}

enum cs_err cs_clock_note_add(const struct cs_transaction *transaction, int64_t factor, int64_t off,
                              int64_t now, struct cs_error *error)
{
    struct notes notes;
    enum cs_err result = load(transaction, &notes, error);

    if (result != CS_OK)
        return result;
    make_room(&notes, factor);
    notes.items[notes.count++] = (struct note){factor, now, off};
    return save(transaction, &notes, error);
}

static bool is_recent(const struct note *note, int64_t now)
{
    return note->time > now - CS_CLOCK_NOTE_SECONDS && note->time <= now;
}

enum cs_err cs_clock_note_common(const struct cs_transaction *transaction, int64_t now,
                                 struct cs_clock_common *ret_common, struct cs_error *error)
{
    struct notes notes;
    enum cs_err result = load(transaction, &notes, error);

    *ret_common = (struct cs_clock_common){0};
    for (size_t i = 0; i < notes.count && result == CS_OK; i++) {
        unsigned alike = 0;

        for (size_t j = 0; j < notes.count && is_recent(&notes.items[i], now); j++)
            alike += is_recent(&notes.items[j], now) &&
                     llabs(notes.items[j].off - notes.items[i].off) <= CS_CLOCK_ALIKE_SECONDS;
        if (alike > ret_common->factors)
            *ret_common = (struct cs_clock_common){alike, notes.items[i].off};
    }
    return result;
}
