/* SPDX-License-Identifier: Apache-2.0 */
/* Whose it is what is stored under a name. */
#include "tests/unit/unit.h"

#include <sqlite3.h>
#include <stdio.h>

#include "store/factor.h"
#include "store/owner.h"
#include "store/password.h"
#include "tests/support/scratch_store.h"

static const struct cs_uid anna = {.known = true, .value = 1001};
static const struct cs_uid new_anna = {.known = true, .value = 1002};
static const struct cs_uid root = {.known = true, .value = 0};
static const struct cs_uid nobody_known = {0};

static enum cs_err add(struct scratch_store *scratch, const struct cs_uid *account, int64_t *ret_id,
                       struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {
        .kind = CS_STORED_TOTP, .user = "anna", .algorithm = "sha1", .account = *account};
    enum cs_err result;

    assert_int_equal(cs_secret_set(&factor.secret, "12345678901234567890", 20), CS_OK);
    scratch_store_begin(scratch, &transaction);
    result = cs_factor_add(&transaction, &factor, error);
    if (result == CS_OK)
        assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    *ret_id = factor.id;
    return result;
}

static void assert_owner(struct scratch_store *scratch, const struct cs_uid *wanted)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_uid owner = {.known = true, .value = 77};

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_owner_read(&transaction, "anna", &owner, NULL), CS_OK);
    assert_int_equal(owner.known, wanted->known);
    assert_int_equal(owner.value, wanted->value);
    assert_int_equal(cs_owner_read(&transaction, "bob", &owner, NULL), CS_OK);
    assert_false(owner.known);
}

static void test_a_factor_keeps_the_uid_that_it_was_given_to(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_error error = {0};
    int64_t first, second;

    assert_int_equal(add(scratch, &nobody_known, &first, NULL), CS_OK);
    assert_owner(scratch, &nobody_known);
    assert_int_equal(add(scratch, &anna, &second, NULL), CS_OK);
    assert_owner(scratch, &anna);
    assert_int_equal(add(scratch, &new_anna, &second, &error), CS_ERR_INPUT);
    assert_contains(error.text, "the uid 1001, and the account has the uid 1002");
    assert_contains(error.text, "'countersign forget anna'");
    assert_contains(error.text, "'countersign rename anna anna'");
    assert_int_equal(add(scratch, &root, &second, &error), CS_ERR_INPUT);
    assert_int_equal(add(scratch, &nobody_known, &second, &error), CS_OK); /* --no-account */
    assert_owner(scratch, &anna);
}

/* Nobody is refused because of a factor that was removed. */
static void test_where_there_is_nothing_nobody_owns_it(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    struct scratch_store *scratch = *state;
    struct cs_transaction transaction;
    int64_t id;

    assert_int_equal(add(scratch, &anna, &id, NULL), CS_OK);
    assert_int_equal(cs_secret_set(&hash, "$y$hash", 7), CS_OK);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_password_set(&transaction, "anna", &hash, 0, NULL), CS_OK);
    assert_int_equal(cs_factor_remove(&transaction, "anna", id, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_owner(scratch, &anna);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_password_remove(&transaction, "anna", NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_owner(scratch, &nobody_known);
    assert_int_equal(add(scratch, &new_anna, &id, NULL), CS_OK);
    assert_owner(scratch, &new_anna);
}

static void test_owner_store_of_version_9_is_brought_up_to_date(void **state)
{
    struct scratch_store *scratch = *state;
    sqlite3 *database = NULL;
    char *before, *after;
    int64_t id;

    assert_int_equal(add(scratch, &nobody_known, &id, NULL), CS_OK);
    before = scratch_store_rows(scratch, "factor");
    cs_store_close(&scratch->store);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database,
                                  "DROP TABLE ticket; DROP TABLE former; DROP TABLE batch; DROP "
                                  "TABLE owner; PRAGMA user_version = 9",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &scratch->store, NULL),
                     CS_OK);
    after = scratch_store_rows(scratch, "factor");
    assert_string_equal(after, before);
    assert_owner(scratch, &nobody_known);
    assert_int_equal(add(scratch, &anna, &id, NULL), CS_OK);
    assert_owner(scratch, &anna);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_a_factor_keeps_the_uid_that_it_was_given_to),
        IN_STORE(test_where_there_is_nothing_nobody_owns_it),
        IN_STORE(test_owner_store_of_version_9_is_brought_up_to_date),
    };

    return cmocka_run_group_tests_name("store_owner", tests, NULL, NULL);
}
