/* SPDX-License-Identifier: Apache-2.0 */
/* All users at once, at one moment, while others write. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "store/overview.h"
#include "store/owner.h"
#include "store/password.h"
#include "store/recovery.h"
#include "store/suspension.h"
#include "tests/support/scratch_store.h"

enum { USERS_MAX = 8 };

struct seen {
    struct cs_stored_user users[USERS_MAX];
    size_t count;
    struct scratch_store *scratch; /* to write to it meanwhile; NULL: nobody does */
};

static int64_t add(const struct cs_transaction *transaction, const char *user,
                   enum cs_stored_kind kind)
{
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {.kind = kind, .algorithm = "sha1", .period = 30, .digits = 6};

    (void)snprintf(factor.user, sizeof factor.user, "%s", user);
    if (kind == CS_STORED_U2F)
        (void)snprintf(factor.algorithm, sizeof factor.algorithm, "es256");
    assert_int_equal(cs_secret_set(&factor.secret, "12345678901234567890", 20), CS_OK);
    assert_int_equal(cs_factor_add(transaction, &factor, NULL), CS_OK);
    return factor.id;
}

/* Bob has one of each and a suspect key; codes, a password, a suspension and a uid are each had by
 * one who has nothing else. */
static void fill(struct scratch_store *scratch)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_secret text = {0};
    bool changed, won;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_secret_set(&text, "ABCDEFGHJK", 10), CS_OK);
    assert_int_equal(
        cs_factor_spend(&transaction, add(&transaction, "bob", CS_STORED_TOTP), 7, 0, &won, NULL),
        CS_OK);
    (void)add(&transaction, "bob", CS_STORED_U2F);
    assert_int_equal(
        cs_factor_suspect(&transaction, add(&transaction, "bob", CS_STORED_U2F), &changed, NULL),
        CS_OK);
    assert_int_equal(cs_owner_set(&transaction, "bob", 1001, NULL), CS_OK);
    assert_int_equal(cs_recovery_replace(&transaction, "codes", &text, 1, NULL), CS_OK);
    assert_int_equal(cs_password_set(&transaction, "a password", &text, 5, NULL), CS_OK);
    assert_int_equal(cs_suspension_add(&transaction, "\xc3\xa9ve", 77, &changed, NULL), CS_OK);
    assert_int_equal(cs_owner_set(&transaction, "owner", 1002, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    cs_secret_free(&text);
}

/* A login of somebody who comes later in the list, with a connection of its own. */
static void log_in_meanwhile(const struct scratch_store *scratch)
{
    CS_AUTO(cs_store_close) struct cs_store *other = NULL;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};

    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &other, NULL), CS_OK);
    assert_int_equal(cs_store_begin(other, &transaction, NULL), CS_OK);
    (void)add(&transaction, "codes", CS_STORED_TOTP);
    (void)add(&transaction, "zoe", CS_STORED_TOTP);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static enum cs_err see(const struct cs_stored_user *user, void *context, struct cs_error *error)
{
    struct seen *seen = context;

    (void)error;
    assert_true(seen->count < USERS_MAX);
    seen->users[seen->count++] = *user;
    if (seen->scratch != NULL && seen->count == 1)
        log_in_meanwhile(seen->scratch);
    return CS_OK;
}

static void look(struct scratch_store *scratch, struct seen *seen)
{
    struct cs_error error = {0};

    if (cs_store_overview(scratch->store, see, seen, &error) != CS_OK)
        fail_msg("%s", error.text);
}

static void test_everybody_has_what_was_given_to_them(void **state)
{
    struct seen seen = {0};
    const struct cs_stored_user *bob = &seen.users[1];

    look(*state, &seen);
    assert_int_equal(seen.count, 0);
    fill(*state);
    look(*state, &seen);
    assert_int_equal(seen.count, 4);
    assert_string_equal(seen.users[0].name, "a password");
    assert_true(seen.users[0].has_password);
    assert_string_equal(bob->name, "bob");
    assert_int_equal(bob->totp, 1);
    assert_int_equal(bob->keys, 2);
    assert_int_equal(bob->suspect, 1);
    assert_true(bob->owner.known && bob->owner.value == 1001 && bob->last_used > 0);
    assert_false(bob->has_password || bob->suspended || bob->recovery_left > 0);
    assert_string_equal(seen.users[2].name, "codes");
    assert_int_equal(seen.users[2].recovery_left, 1);
    assert_string_equal(seen.users[3].name, "\xc3\xa9ve");
    assert_true(seen.users[3].suspended && seen.users[3].suspended_since == 77);
}

static void test_it_is_of_one_moment_and_holds_nobody_up(void **state)
{
    struct seen before = {.scratch = *state}, after = {0};

    fill(*state);
    look(*state, &before);
    assert_int_equal(before.count, 4);
    assert_int_equal(before.users[2].totp, 0);
    look(*state, &after);
    assert_int_equal(after.count, 5);
    assert_int_equal(after.users[2].totp, 1);
    assert_string_equal(after.users[3].name, "zoe");
}

static enum cs_err refuse(const struct cs_stored_user *user, void *context, struct cs_error *error)
{
    (void)context;
    return cs_fail(error, CS_ERR_SYSTEM, "no more than %s", user->name);
}

/* And the store is of use afterwards. */
static void test_a_reader_that_fails_ends_it(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_error error = {0};
    struct seen seen = {0};

    fill(scratch);
    assert_int_equal(cs_store_overview(scratch->store, refuse, NULL, &error), CS_ERR_SYSTEM);
    assert_string_equal(error.text, "no more than a password");
    log_in_meanwhile(scratch);
    look(scratch, &seen);
    assert_int_equal(seen.count, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_everybody_has_what_was_given_to_them,
                                        scratch_store_setup, scratch_store_teardown),
        cmocka_unit_test_setup_teardown(test_it_is_of_one_moment_and_holds_nobody_up,
                                        scratch_store_setup, scratch_store_teardown),
        cmocka_unit_test_setup_teardown(test_a_reader_that_fails_ends_it, scratch_store_setup,
                                        scratch_store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
