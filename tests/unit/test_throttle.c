/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of failed tries, second by second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "store/throttle.h"
#include "tests/support/scratch_store.h"

enum { T0 = 1700000000, DAY = 86400 };

static struct scratch_store scratch;

static int set_up(void **state)
{
    (void)state;
    scratch_store_make(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_store_remove(&scratch);
    return 0;
}

static void begin(struct cs_transaction *transaction)
{
    struct cs_error error = {0};

    assert_int_equal(cs_store_begin(scratch.store, transaction, &error), CS_OK);
}

static void commit(struct cs_transaction *transaction)
{
    struct cs_error error = {0};

    assert_int_equal(cs_store_commit(transaction, &error), CS_OK);
}

static void count_failures(enum cs_throttle_scope scope, const char *subject, int64_t now,
                           unsigned times)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};

    begin(&transaction);
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(cs_throttle_fail(&transaction, scope, subject, now, &error), CS_OK);
    commit(&transaction);
}

static int64_t wait(enum cs_throttle_scope scope, const char *subject, int64_t now)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};
    int64_t seconds = -1;

    begin(&transaction);
    assert_int_equal(cs_throttle_wait(&transaction, scope, subject, now, &seconds, &error), CS_OK);
    commit(&transaction);
    return seconds;
}

static unsigned count(enum cs_throttle_scope scope, const char *subject, int64_t now)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};
    unsigned failures = 0;

    begin(&transaction);
    assert_int_equal(cs_throttle_count(&transaction, scope, subject, now, &failures, &error),
                     CS_OK);
    commit(&transaction);
    return failures;
}

static void forget(const char *user)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};

    begin(&transaction);
    assert_int_equal(cs_throttle_forget_user(&transaction, user, &error), CS_OK);
    commit(&transaction);
}

static void test_user_ladder(void **state)
{
    static const int64_t ladder[] = {0, 0, 0, 5, 15, 60, 60, 60};
    int64_t now = T0;

    (void)state;
    assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", now), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(ladder); i++) {
        count_failures(CS_THROTTLE_USER_PROVEN, "alice", now, 1);
        assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", now), ladder[i]);
        if (ladder[i] > 0)
            assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", now + ladder[i] - 1), 1);
        assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", now + ladder[i]), 0);
        now += ladder[i];
    }
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", now), CS_ARRAY_SIZE(ladder));
}

static void test_user_counter_does_not_leak(void **state)
{
    (void)state;
    count_failures(CS_THROTTLE_USER_PROVEN, "alice", T0, 6);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0 + DAY), 6);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0 + DAY + 1), 0);
}

static void test_clear_is_for_one_subject(void **state)
{
    (void)state;
    count_failures(CS_THROTTLE_USER_PROVEN, "alice", T0, 5);
    count_failures(CS_THROTTLE_USER_PROVEN, "bob", T0, 5);
    forget("alice");
    assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
    assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "bob", T0), 15);
}

static void test_scopes_are_apart(void **state)
{
    (void)state;
    count_failures(CS_THROTTLE_USER_UNPROVEN, "alice", T0, 50);
    count_failures(CS_THROTTLE_ADDRESS, "alice", T0, 50);
    assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
    count_failures(CS_THROTTLE_USER_PROVEN, "bob", T0, 50);
    assert_int_equal(wait(CS_THROTTLE_USER_UNPROVEN, "bob", T0), 0);
    assert_int_equal(wait(CS_THROTTLE_ADDRESS, "bob", T0), 0);
}

static void test_address_ladder(void **state)
{
    static const int64_t ladder[] = {5, 15, 60, 60};

    (void)state;
    count_failures(CS_THROTTLE_ADDRESS, "192.0.2.1", T0, 20);
    assert_int_equal(wait(CS_THROTTLE_ADDRESS, "192.0.2.1", T0), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(ladder); i++) {
        count_failures(CS_THROTTLE_ADDRESS, "192.0.2.1", T0, 1);
        assert_int_equal(wait(CS_THROTTLE_ADDRESS, "192.0.2.1", T0), ladder[i]);
    }
    assert_int_equal(wait(CS_THROTTLE_ADDRESS, "192.0.2.2", T0), 0);
}

static void test_address_forgets_one_in_30_seconds(void **state)
{
    (void)state;
    count_failures(CS_THROTTLE_ADDRESS, "192.0.2.1", T0, 24);
    assert_int_equal(count(CS_THROTTLE_ADDRESS, "192.0.2.1", T0 + 29), 24);
    assert_int_equal(count(CS_THROTTLE_ADDRESS, "192.0.2.1", T0 + 30), 23);
    assert_int_equal(count(CS_THROTTLE_ADDRESS, "192.0.2.1", T0 + 60), 22);
    assert_int_equal(count(CS_THROTTLE_ADDRESS, "192.0.2.1", T0 + 24 * 30), 0);
    assert_int_equal(count(CS_THROTTLE_ADDRESS, "192.0.2.1", T0 + 25 * 30), 0);
}

static void test_slow_cap(void **state)
{
    int64_t now = T0;

    (void)state;
    count_failures(CS_THROTTLE_USER_UNPROVEN, "alice", now, 30);
    assert_int_equal(wait(CS_THROTTLE_USER_UNPROVEN, "alice", now), 0);
    count_failures(CS_THROTTLE_USER_UNPROVEN, "alice", now, 1);
    assert_int_equal(wait(CS_THROTTLE_USER_UNPROVEN, "alice", now), 60);
    /* From then on one try a minute, for as long as it goes on. */
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(wait(CS_THROTTLE_USER_UNPROVEN, "alice", now + 59), 1);
        now += 60;
        assert_int_equal(wait(CS_THROTTLE_USER_UNPROVEN, "alice", now), 0);
        count_failures(CS_THROTTLE_USER_UNPROVEN, "alice", now, 1);
    }
    assert_int_equal(count(CS_THROTTLE_USER_UNPROVEN, "alice", now + 31 * 60), 0);
}

/* The clock was wrong by years when the failures were counted: nobody stays locked out (3b.35). */
static void test_records_from_the_future(void **state)
{
    (void)state;
    count_failures(CS_THROTTLE_USER_PROVEN, "alice", T0 + 10, 6);
    assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0), 6);
    count_failures(CS_THROTTLE_USER_PROVEN, "bob", T0 + 10 * 365 * (int64_t)DAY, 6);
    assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "bob", T0), 0);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "bob", T0), 0);
    count_failures(CS_THROTTLE_USER_PROVEN, "bob", T0, 1);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "bob", T0), 1);
}

static void test_far_times(void **state)
{
    static const int64_t times[] = {-5, 0, INT32_MAX, (int64_t)UINT32_MAX + 1, 253402300799};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(times); i++) {
        count_failures(CS_THROTTLE_USER_PROVEN, "alice", times[i], 4);
        assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", times[i] + 1), 4);
        assert_int_equal(wait(CS_THROTTLE_USER_PROVEN, "alice", times[i] + 5), 0);
        forget("alice");
    }
}

static void test_old_records_are_removed(void **state)
{
    char *rows;

    (void)state;
    count_failures(CS_THROTTLE_ADDRESS, "192.0.2.1", T0, 3);
    count_failures(CS_THROTTLE_ADDRESS, "192.0.2.2", T0 + DAY + 1, 1);
    rows = scratch_store_rows(&scratch, "throttle");
    assert_ptr_equal(strchr(rows, '\n'), strrchr(rows, '\n'));
    free(rows);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_user_ladder),
        TEST(test_user_counter_does_not_leak),
        TEST(test_clear_is_for_one_subject),
        TEST(test_scopes_are_apart),
        TEST(test_address_ladder),
        TEST(test_address_forgets_one_in_30_seconds),
        TEST(test_slow_cap),
        TEST(test_records_from_the_future),
        TEST(test_far_times),
        TEST(test_old_records_are_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
