/* SPDX-License-Identifier: Apache-2.0 */
/* Users who are suspended: written, read, ended, and kept by later programs. */
#include "tests/unit/unit.h"

#include <sqlite3.h>

#include "store/suspension.h"
#include "tests/support/scratch_store.h"

enum { T0 = 1700000000 };

static void run_sql(const struct scratch_store *scratch, const char *sql)
{
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void reopen(struct scratch_store *scratch, const char *sql)
{
    cs_store_close(&scratch->store);
    run_sql(scratch, sql);
    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &scratch->store, NULL),
                     CS_OK);
}

/* Runs one change in a transaction of its own. */
static bool change(struct scratch_store *scratch, const char *user, int64_t now, bool add)
{
    struct cs_transaction transaction;
    bool changed = false;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(add ? cs_suspension_add(&transaction, user, now, &changed, NULL)
                         : cs_suspension_remove(&transaction, user, &changed, NULL),
                     CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    return changed;
}

/* `since` 0: not suspended. */
static void assert_suspended(struct scratch_store *scratch, const char *user, int64_t since,
                             unsigned count)
{
    struct cs_transaction transaction;
    bool suspended = since == 0;
    int64_t found = -1;
    unsigned users = 99;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_suspension_read(&transaction, user, &suspended, &found, NULL), CS_OK);
    assert_int_equal(cs_suspension_count(&transaction, &users, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_int_equal(suspended, since != 0);
    assert_int_equal(found, since);
    assert_int_equal(users, count);
}

static void test_suspension_begins_once_and_ends_once(void **state)
{
    struct scratch_store *scratch = *state;

    assert_suspended(scratch, "alice", 0, 0);
    assert_true(change(scratch, "alice", T0, true));
    assert_false(change(scratch, "alice", T0 + 5, true));
    assert_suspended(scratch, "alice", T0, 1); /* the first time stays */
    assert_suspended(scratch, "Alice", 0, 1);
    assert_suspended(scratch, "", 0, 1);
    assert_true(change(scratch, "bob", T0 + 1, true));
    assert_suspended(scratch, "bob", T0 + 1, 2);
    assert_true(change(scratch, "alice", 0, false));
    assert_false(change(scratch, "alice", 0, false));
    assert_suspended(scratch, "alice", 0, 1);
    assert_suspended(scratch, "bob", T0 + 1, 1);
}

/* Whatever cannot be read counts as suspended. */
static void test_suspension_that_cannot_be_read(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct scratch_store *scratch = *state;
    struct cs_error error = {0};
    bool suspended = false;
    int64_t since = -1;

    reopen(scratch, "DROP TABLE suspension");
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_suspension_read(&transaction, "alice", &suspended, &since, &error),
                     CS_ERR_STORE);
    assert_true(suspended);
    assert_contains(error.text, "no such table: suspension");
}

/* A store of version 5 knew no suspension; a program of that version opens it no more. */
static void test_suspension_version_5_is_brought_up_to_date(void **state)
{
    struct scratch_store *scratch = *state;
    sqlite3_stmt *statement = NULL;
    sqlite3 *database = NULL;

    assert_true(change(scratch, "alice", T0, true));
    reopen(scratch, "ALTER TABLE factor DROP COLUMN key_flags; ALTER TABLE factor DROP COLUMN "
                    "aaguid; ALTER TABLE factor DROP COLUMN last_used; ALTER TABLE pending DROP "
                    "COLUMN verification; DROP TABLE suspension; DROP TABLE batch; DROP TABLE "
                    "owner; DROP TABLE record; DROP TABLE ticket; DROP TABLE former; "
                    "PRAGMA user_version = 5");
    assert_suspended(scratch, "alice", 0, 0);
    assert_true(change(scratch, "alice", T0 + 9, true));
    reopen(scratch, "");
    assert_suspended(scratch, "alice", T0 + 9, 1);
    assert_int_equal(cs_store_check(scratch->store, NULL), CS_OK);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 12);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_suspension_begins_once_and_ends_once),
        IN_STORE(test_suspension_that_cannot_be_read),
        IN_STORE(test_suspension_version_5_is_brought_up_to_date),
    };

    return cmocka_run_group_tests_name("store_suspension", tests, NULL, NULL);
}
