/* SPDX-License-Identifier: Apache-2.0 */
/* Who has a place in the broker, and what is said of those who have none. */
#include "tests/unit/unit.h"

#include "base/attributes.h"
#include "broker/limits.h"

enum { TOTAL = 100 };

static struct cs_limits limits;

static int set_up(void **state)
{
    (void)state;
    cs_limits_init(&limits, TOTAL, 16);
    return 0;
}

static bool claim(const char *asker, bool has_key)
{
    return cs_limits_claim(&limits, &(struct cs_claim){asker, has_key});
}

static unsigned claim_all(const char *asker, bool has_key)
{
    unsigned places = 0;

    while (places < TOTAL && claim(asker, has_key))
        places++;
    return places;
}

static void test_one_asker_cannot_use_up_the_places_of_others(void **state)
{
    (void)state;
    assert_int_equal(claim_all("local alice", false), TOTAL / 4);
    assert_int_equal(claim_all("local bob", false), TOTAL / 4);
    assert_true(claim(NULL, false));
    cs_limits_release(&limits, &(struct cs_claim){"local alice", false});
    assert_true(claim("local alice", false));
    assert_false(claim("local alice", false));
}

static void test_room_is_kept_for_those_with_a_key(void **state)
{
    (void)state;
    assert_int_equal(claim_all(NULL, false), TOTAL - TOTAL / 4);
    assert_false(claim("local alice", false));
    assert_int_equal(claim_all(NULL, true), TOTAL);
    cs_limits_release(&limits, &(struct cs_claim){NULL, false});
    assert_true(claim("local alice", false));
}

static unsigned enter_all(uid_t uid, bool self_only)
{
    unsigned places = 0;

    while (places < TOTAL && cs_limits_enter(&limits, uid, self_only))
        places++;
    return places;
}

/* However many there are at `countersign self`, screen lockers and daemons still have room. */
static void test_self_leaves_room_for_logins(void **state)
{
    unsigned places = 0;

    (void)state;
    for (uid_t uid = 1000; uid < 1010; uid++)
        places += enter_all(uid, true);
    assert_int_equal(places, 8);
    assert_int_equal(enter_all(33, false), 4);
    assert_int_equal(enter_all(34, false), 4);
    assert_int_equal(enter_all(35, false), 0);
    cs_limits_leave(&limits, 33, false);
    assert_false(cs_limits_enter(&limits, 1000, true));
    cs_limits_leave(&limits, 1000, true);
    assert_true(cs_limits_enter(&limits, 1005, true));
    assert_int_equal(enter_all(0, false), TOTAL - 15);
}

static void test_one_account_does_not_fill_the_log(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CS_PACE_MAX; i++)
        assert_true(cs_limits_may_begin(&limits, 1000, 5000 + i));
    assert_false(cs_limits_may_begin(&limits, 1000, 64999));
    assert_true(cs_limits_may_begin(&limits, 1001, 64999));
    assert_true(cs_limits_may_begin(&limits, 1000, 65000));
}

static void test_few_places(void **state)
{
    (void)state;
    cs_limits_init(&limits, 1, 1);
    assert_true(claim("local alice", false));
    assert_false(claim("local alice", false));
}

static void test_one_line_for_each_uid_and_minute(void **state)
{
    const int64_t now = 1000;
    unsigned more = 99;

    (void)state;
    assert_true(cs_limits_tell(&limits, 1000, now, &more));
    assert_int_equal(more, 0);
    for (unsigned i = 0; i < 50000; i++)
        assert_false(cs_limits_tell(&limits, 1000, now + 59999, &more));
    assert_true(cs_limits_tell(&limits, 1001, now, &more));
    assert_int_equal(more, 0);
    assert_true(cs_limits_tell(&limits, 1000, now + 60000, &more));
    assert_int_equal(more, 50000);
    assert_true(cs_limits_tell(&limits, 1000, now + 120000, &more));
    assert_int_equal(more, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_one_asker_cannot_use_up_the_places_of_others),
        TEST(test_room_is_kept_for_those_with_a_key),
        TEST(test_self_leaves_room_for_logins),
        TEST(test_one_account_does_not_fill_the_log),
        TEST(test_few_places),
        TEST(test_one_line_for_each_uid_and_minute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
