/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <sqlite3.h>

#include "store/recovery.h"
#include "tests/support/scratch_store.h"

static const struct cs_secret codes_a[] = {{(char *)(uintptr_t) "AAAAAAAAAAAA", 12},
                                           {(char *)(uintptr_t) "BBBBBBBBBBBB", 12}};
static const struct cs_secret codes_b[] = {{(char *)(uintptr_t) "CCCCCCCCCCCC", 12}};

static void fill(struct scratch_store *scratch)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_recovery_replace(&transaction, "alice", codes_a, 2, NULL), CS_OK);
    assert_int_equal(cs_recovery_replace(&transaction, "carol", codes_b, 1, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static bool spend(struct scratch_store *scratch, const char *user, const struct cs_secret *code)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    unsigned left = 0;
    bool won = false;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_recovery_spend(&transaction, user, code, &won, &left, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    return won;
}

static void test_recovery_code_is_good_once_for_its_user(void **state)
{
    fill(*state);
    assert_false(spend(*state, "alice", &codes_b[0]));
    assert_false(spend(*state, "", &codes_b[0]));
    assert_true(spend(*state, "carol", &codes_b[0]));
    assert_false(spend(*state, "carol", &codes_b[0]));
    assert_true(spend(*state, "alice", &codes_a[1]));
    assert_true(spend(*state, "alice", &codes_a[0]));
    assert_false(spend(*state, "alice", &codes_a[0]));
}

static void execute(const struct scratch_store *scratch, const char *sql)
{
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

/* The same code of two users is two hashes: a row that is moved is worth nothing. */
static void test_recovery_hash_moved_to_another_user_is_worth_nothing(void **state)
{
    fill(*state);
    execute(*state, "DELETE FROM recovery WHERE user = 'alice'");
    execute(*state, "UPDATE recovery SET user = 'alice'");
    assert_false(spend(*state, "alice", &codes_b[0]));
}

static unsigned count_left(struct scratch_store *scratch, const char *user)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    unsigned left = 99;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_recovery_count(&transaction, user, &left, NULL), CS_OK);
    return left;
}

static void test_recovery_codes_are_counted(void **state)
{
    fill(*state);
    assert_int_equal(count_left(*state, "alice"), 2);
    assert_int_equal(count_left(*state, "nobody"), 0);
    assert_true(spend(*state, "alice", &codes_a[0]));
    assert_int_equal(count_left(*state, "alice"), 1);
    assert_true(spend(*state, "alice", &codes_a[1]));
    assert_int_equal(count_left(*state, "alice"), 0);
    assert_int_equal(count_left(*state, "carol"), 1);
}

/* Before schema 8 each code had a row of its own. */
static void test_recovery_codes_of_an_earlier_schema(void **state)
{
    struct scratch_store *scratch = *state;

    fill(scratch);
    execute(scratch, "INSERT INTO recovery SELECT user, substr(hash, 33) FROM recovery"
                     " WHERE length(hash) = 64; UPDATE recovery SET hash = substr(hash, 1, 32);"
                     "DROP TABLE ticket; DROP TABLE former; DROP TABLE batch; DROP TABLE owner;"
                     "DROP TABLE record; PRAGMA user_version = 7");
    cs_store_close(&scratch->store);
    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &scratch->store, NULL),
                     CS_OK);
    assert_int_equal(count_left(scratch, "alice"), 2);
    assert_true(spend(scratch, "alice", &codes_a[1]));
    assert_false(spend(scratch, "alice", &codes_a[1]));
    assert_int_equal(count_left(scratch, "alice"), 1);
    assert_true(spend(scratch, "alice", &codes_a[0]));
    assert_int_equal(count_left(scratch, "alice"), 0);
    assert_true(spend(scratch, "carol", &codes_b[0]));
}

static void test_recovery_codes_of_a_damaged_row_are_refused(void **state)
{
    fill(*state);
    execute(*state, "UPDATE recovery SET hash = substr(hash, 2) WHERE user = 'alice'");
    assert_false(spend(*state, "alice", &codes_a[0]));
    assert_false(spend(*state, "alice", &codes_a[1]));
}

/* Codes that were prepared are for those who have none, and for this store. */
static void test_recovery_codes_prepared_before(void **state)
{
    struct scratch_store *scratch = *state;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_recovery_hasher_free) struct cs_recovery_hasher *hasher = NULL;
    unsigned char hash[CS_RECOVERY_HASH_BYTES];
    bool added = false;

    fill(scratch);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_recovery_hasher_new(&transaction, &hasher, NULL), CS_OK);
    cs_store_end(&transaction);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_recovery_hasher_check(&transaction, hasher, NULL), CS_OK);
    assert_int_equal(cs_recovery_hash(hasher, "carol", &codes_a[0], hash, NULL), CS_OK);
    assert_int_equal(cs_recovery_add(&transaction, "carol", hash, 1, &added, NULL), CS_OK);
    assert_false(added);
    assert_int_equal(cs_recovery_hash(hasher, "dave", &codes_a[0], hash, NULL), CS_OK);
    assert_int_equal(cs_recovery_add(&transaction, "dave", hash, 1, &added, NULL), CS_OK);
    assert_true(added);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_false(spend(scratch, "carol", &codes_a[0]));
    assert_true(spend(scratch, "carol", &codes_b[0]));
    assert_true(spend(scratch, "dave", &codes_a[0]));
}

static void test_recovery_codes_prepared_for_another_store(void **state)
{
    struct scratch_store other;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_recovery_hasher_free) struct cs_recovery_hasher *hasher = NULL;
    struct cs_error error = {0};

    scratch_store_make(&other);
    scratch_store_begin(&other, &transaction);
    assert_int_equal(cs_recovery_hasher_new(&transaction, &hasher, NULL), CS_OK);
    cs_store_end(&transaction);
    scratch_store_remove(&other);
    scratch_store_begin(*state, &transaction);
    assert_int_equal(cs_recovery_hasher_check(&transaction, hasher, &error), CS_ERR_STORE);
    assert_contains(error.text, "somebody replaced it meanwhile");
}

static void test_recovery_codes_of_all_spent(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    unsigned users = 0;

    fill(*state);
    scratch_store_begin(*state, &transaction);
    assert_int_equal(cs_recovery_spend_all(&transaction, &users, NULL), CS_OK);
    assert_int_equal(users, 2);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_false(spend(*state, "alice", &codes_a[0]));
    assert_false(spend(*state, "carol", &codes_b[0]));
}

static void test_store_of_a_newer_program_is_left_alone(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_transaction transaction = {0};
    struct cs_error error = {0};

    fill(scratch);
    execute(scratch, "PRAGMA user_version = 99");
    /* One that was open before, and one that is opened now. */
    assert_int_equal(cs_store_begin(scratch->store, &transaction, &error), CS_ERR_STORE);
    assert_contains(error.text, "made by a newer countersign");
    cs_store_close(&scratch->store);
    assert_int_equal(
        cs_store_open(scratch->path, scratch->key_path, false, &scratch->store, &error),
        CS_ERR_STORE);
    assert_contains(error.text, "made by a newer countersign");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_recovery_code_is_good_once_for_its_user),
        IN_STORE(test_recovery_hash_moved_to_another_user_is_worth_nothing),
        IN_STORE(test_recovery_codes_are_counted),
        IN_STORE(test_recovery_codes_of_an_earlier_schema),
        IN_STORE(test_recovery_codes_of_a_damaged_row_are_refused),
        IN_STORE(test_recovery_codes_prepared_before),
        IN_STORE(test_recovery_codes_prepared_for_another_store),
        IN_STORE(test_recovery_codes_of_all_spent),
        IN_STORE(test_store_of_a_newer_program_is_left_alone),
    };

    return cmocka_run_group_tests_name("store_recovery", tests, NULL, NULL);
}
