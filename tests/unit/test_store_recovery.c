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

/* The same code of two users is two hashes: a row that is moved is worth nothing. */
static void test_recovery_hash_moved_to_another_user_is_worth_nothing(void **state)
{
    const struct scratch_store *scratch = *state;
    sqlite3 *database = NULL;

    fill(*state);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "UPDATE recovery SET user = 'alice'", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_false(spend(*state, "alice", &codes_b[0]));
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
    sqlite3 *database = NULL;

    fill(scratch);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "PRAGMA user_version = 99", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
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
        IN_STORE(test_recovery_codes_of_all_spent),
        IN_STORE(test_store_of_a_newer_program_is_left_alone),
    };

    return cmocka_run_group_tests_name("store_recovery", tests, NULL, NULL);
}
