/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of the throttle, second by second, and the rows that it keeps. Whole days are in
 * tests/throttle/. */
#include "tests/unit/unit.h"

#include "base/attributes.h"
#include "store/place.h"
#include "store/throttle.h"
#include "store/throttle_rule.h"
#include "tests/support/scratch_store.h"

enum { T0 = 1700000000, DAY = 86400, SHARE = 5, HELD_BACK = 30, OF_ACCOUNT = 60, OF_ADDRESS = 20 };

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
    scratch_store_begin(&scratch, transaction);
}

static void commit(struct cs_transaction *transaction)
{
    assert_int_equal(cs_store_commit(transaction, NULL), CS_OK);
}

/* ---- the arithmetic ---- */

static bool admits(const struct cs_counters *counters, int64_t now)
{
    return cs_throttle_admits(counters, false, now);
}

/* A wrong answer, if it is judged. */
static bool guess(struct cs_counters *counters, bool proven, int64_t now)
{
    if (!cs_throttle_admits(counters, proven, now))
        return false;
    cs_throttle_charge(counters, cs_throttle_charges(counters, proven, true, now), now);
    return true;
}

static void test_ladder_of_a_pair(void **state)
{
    static const int64_t ladder[] = {0, 0, 0, 5, 15, 60, 60, 60};
    struct cs_counters pair = {0};
    int64_t now = T0;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ladder); i++) {
        assert_true(guess(&pair, true, now));
        assert_int_equal(cs_throttle_delay(pair.failures, pair.failed, now), ladder[i]);
        if (ladder[i] > 0)
            assert_false(cs_throttle_admits(&pair, true, now + ladder[i] - 1));
        now += ladder[i];
    }
    assert_int_equal(cs_throttle_failures(pair.failures, pair.failed, now), 8);
    assert_int_equal(cs_throttle_failures(pair.failures, pair.failed, now - 60 + DAY), 8);
    assert_int_equal(cs_throttle_failures(pair.failures, pair.failed, now - 60 + DAY + 1), 0);
}

static void test_a_share_comes_back_slowly(void **state)
{
    struct cs_counters pair = {.known = true, .account = T0 + (int64_t)OF_ACCOUNT * 85};

    (void)state;
    for (unsigned i = 0; i < SHARE; i++) {
        pair.failures = 0;
        assert_true(guess(&pair, false, T0));
    }
    pair.failures = 0;
    assert_false(admits(&pair, T0));
    pair.account = T0 + 10799 + (int64_t)OF_ACCOUNT * 85; /* still used up */
    assert_false(admits(&pair, T0 + 10799));
    pair.account++;
    assert_true(admits(&pair, T0 + 10800));
}

/* The account's tries are used up from elsewhere. */
static void test_a_known_network_needs_nothing_of_the_account(void **state)
{
    struct cs_counters pair = {.account = T0 + (int64_t)OF_ACCOUNT * 85};

    (void)state;
    assert_false(admits(&pair, T0));
    pair.known = true;
    assert_true(admits(&pair, T0));
    assert_false(cs_throttle_charges(&pair, false, true, T0) & CS_CHARGE_ACCOUNT);
}

static void test_what_is_left_for_new_networks(void **state)
{
    struct cs_counters worn = {.share = T0 + (int64_t)SHARE * 10800};
    struct cs_counters fresh = {0};
    unsigned judged = 0;

    (void)state;
    while (worn.failures = 0, guess(&worn, true, T0))
        judged++;
    assert_int_equal(judged, OF_ACCOUNT - HELD_BACK);
    fresh.account = worn.account;
    assert_true(admits(&fresh, T0));
    assert_true(cs_throttle_charges(&fresh, true, true, T0) & CS_CHARGE_ACCOUNT);
}

static void test_a_network_as_a_whole(void **state)
{
    struct cs_counters worn = {.address = T0 + (int64_t)OF_ADDRESS * 30,
                               .share = T0 + (int64_t)SHARE * 10800};
    struct cs_counters fresh = {.address = worn.address};

    (void)state;
    assert_false(admits(&worn, T0));
    assert_true(admits(&worn, T0 + 30));
    assert_true(cs_throttle_admits(&worn, true, T0)); /* behind a proven factor */
    worn.known = true;
    assert_true(admits(&worn, T0)); /* whoever got in from there lately */
    assert_true(admits(&fresh, T0));
    assert_int_equal(cs_throttle_address_used(worn.address, T0), OF_ADDRESS);
    assert_int_equal(cs_throttle_address_used(worn.address, T0 + 30), OF_ADDRESS - 1);
}

static void test_what_is_taken_back(void **state)
{
    static const struct {
        bool proven, known;
    } cases[] = {{false, false}, {false, true}, {true, false}, {true, true}};
    const int64_t before = T0 + 7;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        struct cs_counters pair = {.share = before,
                                   .account = before,
                                   .address = before,
                                   .failures = 2,
                                   .failed = T0,
                                   .known = cases[i].known};
        unsigned charges = cs_throttle_charges(&pair, cases[i].proven, true, T0);

        cs_throttle_charge(&pair, charges, T0);
        cs_throttle_refund(&pair, charges);
        assert_int_equal(pair.share, before);
        assert_int_equal(pair.account, before);
        assert_int_equal(pair.address, before);
        assert_int_equal(pair.failures, 2);
    }
}

/* A network whose bucket is empty has nothing that a right answer could take back: otherwise
 * anybody with an account of his own could fill it again and again for his guesses at others. */
static void test_a_right_answer_fills_no_bucket(void **state)
{
    const int64_t empty = T0 + (int64_t)OF_ADDRESS * 30;

    (void)state;
    for (int64_t full = empty - 45; full <= empty; full += 15) {
        struct cs_counters pair = {.address = full};
        unsigned charges = cs_throttle_charges(&pair, false, true, T0);

        cs_throttle_charge(&pair, charges, T0);
        cs_throttle_refund(&pair, charges);
        assert_int_equal(pair.address, full);
    }
}

/* A leap second, or a clock that is put right by a little. */
static void test_a_clock_that_goes_back_a_little_fills_no_bucket(void **state)
{
    const struct cs_counters worn = {.share = T0 + (int64_t)SHARE * 10800,
                                     .account = T0 + (int64_t)OF_ACCOUNT * 85,
                                     .address = T0 + (int64_t)OF_ADDRESS * 30};
    struct cs_counters known = worn, fresh = {.account = worn.account};

    (void)state;
    known.known = true;
    for (int64_t back = 0; back <= 300; back += 60) {
        assert_false(admits(&worn, T0 - back));
        assert_false(admits(&known, T0 - back));
        assert_false(admits(&fresh, T0 - back));
        assert_int_equal(cs_throttle_address_used(worn.address, T0 - back), OF_ADDRESS);
    }
    cs_throttle_charge(&known, CS_CHARGE_ACCOUNT, T0 - 60);
    assert_int_equal(known.account, T0 - 60 + (int64_t)OF_ACCOUNT * 85);
}

static void test_what_says_nothing_of_the_user(void **state)
{
    const struct cs_counters pair = {0};

    (void)state;
    assert_int_equal(cs_throttle_charges(&pair, false, false, T0), CS_CHARGE_ADDRESS);
    assert_int_equal(cs_throttle_charges(&pair, true, false, T0), CS_CHARGE_ADDRESS);
}

/* The clock was wrong by years when the failures were counted: nobody stays locked out (3b.35). */
static void test_records_from_the_future(void **state)
{
    static const int64_t ahead[] = {10, DAY, 10 * 365 * (int64_t)DAY};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ahead); i++) {
        struct cs_counters pair = {0};
        int64_t then = T0 + ahead[i];

        while (guess(&pair, false, then))
            continue;
        assert_int_equal(cs_throttle_delay(pair.failures, pair.failed, T0), 0);
        assert_true(admits(&pair, T0));
        assert_true(guess(&pair, false, T0));
    }
}

static void test_far_times(void **state)
{
    static const int64_t times[] = {-5, 0, INT32_MAX, (int64_t)UINT32_MAX + 1, 253402300799};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(times); i++) {
        struct cs_counters pair = {0};

        for (unsigned n = 0; n < 4; n++)
            assert_true(guess(&pair, true, times[i]));
        assert_false(admits(&pair, times[i] + 4));
        assert_true(admits(&pair, times[i] + 5));
    }
}

/* ---- the rows ---- */

static struct cs_try try_of(const char *user, const char *network)
{
    return (struct cs_try){.scope = CS_THROTTLE_USER_PROVEN,
                           .subject = user,
                           .network = network,
                           .countable = true,
                           .delays = true};
}

enum end { WRONG, RIGHT, COUNTED_BEFORE };

static bool attempt(struct cs_try tried, enum end end, int64_t now)
{
    struct cs_transaction transaction;
    bool admitted = false;

    begin(&transaction);
    assert_int_equal(cs_throttle_begin(&transaction, &tried, now, &admitted, NULL), CS_OK);
    if (admitted && end == RIGHT)
        assert_int_equal(cs_throttle_succeed(&transaction, &tried, now, NULL), CS_OK);
    if (admitted && end == COUNTED_BEFORE)
        assert_int_equal(cs_throttle_undo(&transaction, &tried, now, NULL), CS_OK);
    commit(&transaction);
    return admitted;
}

static unsigned count(enum cs_throttle_scope scope, const char *subject, int64_t now)
{
    struct cs_transaction transaction;
    unsigned failures = 0;

    begin(&transaction);
    assert_int_equal(cs_throttle_count(&transaction, scope, subject, now, &failures, NULL), CS_OK);
    commit(&transaction);
    return failures;
}

static unsigned rows(const char *table)
{
    char *text = scratch_store_rows(&scratch, table);
    unsigned lines = 0;

    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    free(text);
    return lines;
}

static void test_a_try_is_counted_and_taken_back(void **state)
{
    const struct cs_try alice = try_of("alice", "192.0.2.1");

    (void)state;
    assert_true(attempt(alice, WRONG, T0));
    assert_true(attempt(alice, WRONG, T0));
    assert_int_equal(count(alice.scope, "alice", T0), 2);
    assert_true(attempt(alice, COUNTED_BEFORE, T0));
    assert_int_equal(count(alice.scope, "alice", T0), 2);
    assert_true(attempt(alice, RIGHT, T0));
    assert_int_equal(count(alice.scope, "alice", T0), 0);
}

/* Between two networks of one user nothing is forgotten, and nothing delayed. */
static void test_networks_are_apart(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_true(attempt(try_of("alice", "192.0.2.1"), WRONG, T0));
    assert_false(attempt(try_of("alice", "192.0.2.1"), WRONG, T0));
    assert_true(attempt(try_of("alice", "192.0.2.2"), RIGHT, T0));
    assert_false(attempt(try_of("alice", "192.0.2.1"), WRONG, T0));
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0), 4);
    assert_true(attempt(try_of("bob", "192.0.2.1"), WRONG, T0));
}

static void test_scopes_are_apart(void **state)
{
    struct cs_try tried = try_of("alice", "192.0.2.1");

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_true(attempt(tried, WRONG, T0));
    for (int scope = CS_THROTTLE_USER_UNPROVEN; scope < CS_THROTTLE_SCOPES; scope++) {
        tried.scope = (enum cs_throttle_scope)scope;
        assert_true(scope == CS_THROTTLE_ADDRESS || attempt(tried, WRONG, T0));
    }
}

static void test_unlock_is_for_one_user(void **state)
{
    struct cs_transaction transaction;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(attempt(try_of("alice", "192.0.2.1"), WRONG, T0));
        assert_true(attempt(try_of("bob", "192.0.2.1"), WRONG, T0));
    }
    begin(&transaction);
    assert_int_equal(cs_throttle_forget_user(&transaction, "alice", NULL), CS_OK);
    commit(&transaction);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
    assert_true(attempt(try_of("alice", "192.0.2.1"), WRONG, T0));
    assert_false(attempt(try_of("bob", "192.0.2.1"), WRONG, T0));
}

static void test_within_a_delay_nothing_is_written(void **state)
{
    char *before, *after;

    (void)state;
    while (attempt(try_of("alice", "192.0.2.1"), WRONG, T0))
        continue;
    before = scratch_store_rows(&scratch, "throttle");
    assert_false(attempt(try_of("alice", "192.0.2.1"), RIGHT, T0));
    after = scratch_store_rows(&scratch, "throttle");
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* Tries that are judged later are counted at once, but delay each other only when they fail. */
static void test_tries_side_by_side(void **state)
{
    struct cs_try tries[8];
    struct cs_transaction transaction;
    bool admitted = false, delayed = false;

    (void)state;
    begin(&transaction);
    for (size_t i = 0; i < CS_ARRAY_SIZE(tries); i++) {
        tries[i] = try_of("alice", "192.0.2.1");
        tries[i].later = true;
        assert_int_equal(cs_throttle_begin(&transaction, &tries[i], T0, &admitted, NULL), CS_OK);
        assert_true(admitted);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cs_throttle_delayed(&transaction, &tries[i], T0, &delayed, NULL), CS_OK);
        assert_false(delayed);
        assert_int_equal(cs_throttle_fail(&transaction, &tries[i], T0, NULL), CS_OK);
    }
    assert_int_equal(cs_throttle_delayed(&transaction, &tries[4], T0, &delayed, NULL), CS_OK);
    assert_true(delayed);
    commit(&transaction);
    assert_int_equal(count(CS_THROTTLE_USER_PROVEN, "alice", T0), 4);
}

static void test_rows_are_bounded(void **state)
{
    enum { PAIRS = 16, SLOTS = 16384, NETWORKS = 400 };
    struct cs_try tried = try_of("alice", "");
    char network[32];

    (void)state;
    for (unsigned i = 0; i < NETWORKS; i++) {
        (void)snprintf(network, sizeof network, "2001:db8:0:%x::/64", i);
        tried.network = network;
        tried.delays = false;
        assert_true(attempt(tried, WRONG, T0 + i));
        assert_true(rows("throttle") <= PAIRS + 1);
    }
    tried.scope = CS_THROTTLE_USER_UNPROVEN;
    tried.countable = false;
    for (unsigned i = 0; i < NETWORKS; i++) {
        (void)snprintf(network, sizeof network, "2001:db8:0:%x::/64", i);
        tried.network = network;
        assert_true(attempt(tried, WRONG, T0 + i));
    }
    assert_true(rows("throttle") <= PAIRS + 1 + NETWORKS);
}

/* The share of a network from which the user got in is not given a second time. */
static void test_known_networks_keep_their_counters(void **state)
{
    char network[32];

    (void)state;
    assert_true(attempt(try_of("alice", "192.0.2.1"), RIGHT, T0));
    for (unsigned i = 0; i < 4; i++)
        assert_true(attempt(try_of("alice", "192.0.2.1"), WRONG, T0));
    for (unsigned i = 0; i < 40; i++) {
        (void)snprintf(network, sizeof network, "198.51.100.%u", i);
        (void)attempt(try_of("alice", network), WRONG, T0 + 1 + i / 20);
    }
    assert_false(attempt(try_of("alice", "192.0.2.1"), WRONG, T0 + 4));
}

/* ---- places ---- */

static void note(enum cs_place_kind kind, const char *network, int64_t now)
{
    const struct cs_place place = {kind, "alice", network};
    struct cs_transaction transaction;

    begin(&transaction);
    assert_int_equal(cs_place_note(&transaction, &place, now, NULL), CS_OK);
    commit(&transaction);
}

static bool known(enum cs_place_kind kind, const char *network, int64_t now)
{
    const struct cs_place place = {kind, "alice", network};
    struct cs_transaction transaction;
    bool is_known = false;

    begin(&transaction);
    assert_int_equal(cs_place_known(&transaction, &place, now, &is_known, NULL), CS_OK);
    commit(&transaction);
    return is_known;
}

static void test_a_place_is_known_for_30_days(void **state)
{
    (void)state;
    note(CS_PLACE_CODE, "192.0.2.1", T0);
    note(CS_PLACE_CODE, "192.0.2.1", T0 + 3599); /* not worth a write, and counts all the same */
    assert_true(known(CS_PLACE_CODE, "192.0.2.1", T0 + 3599 + 30 * DAY));
    assert_false(known(CS_PLACE_CODE, "192.0.2.1", T0 + 3601 + 30 * DAY));
    assert_false(known(CS_PLACE_PASSWORD, "192.0.2.1", T0));
    assert_false(known(CS_PLACE_CODE, "192.0.2.2", T0));
    assert_true(known(CS_PLACE_CODE, "192.0.2.1", T0 - DAY));
}

static void test_places_are_bounded(void **state)
{
    char network[32];

    (void)state;
    for (unsigned i = 0; i < 2 * CS_PLACES; i++) {
        (void)snprintf(network, sizeof network, "192.0.2.%u", i);
        note(CS_PLACE_CODE, network, T0 + i);
    }
    assert_int_equal(rows("place"), CS_PLACES);
    assert_true(known(CS_PLACE_CODE, "192.0.2.0", T0 + 100));
    assert_false(known(CS_PLACE_CODE, "192.0.2.16", T0 + 100));
    /* The one that was not used for longest goes, once that is a day. */
    note(CS_PLACE_CODE, "192.0.2.0", T0 + DAY);
    note(CS_PLACE_CODE, "198.51.100.1", T0 + DAY + 2);
    assert_int_equal(rows("place"), CS_PLACES);
    assert_true(known(CS_PLACE_CODE, "198.51.100.1", T0 + DAY + 2));
    assert_true(known(CS_PLACE_CODE, "192.0.2.0", T0 + DAY + 2));
    assert_false(known(CS_PLACE_CODE, "192.0.2.1", T0 + DAY + 2));
    assert_true(known(CS_PLACE_CODE, "192.0.2.2", T0 + DAY + 2));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ladder_of_a_pair),
        cmocka_unit_test(test_a_share_comes_back_slowly),
        cmocka_unit_test(test_a_known_network_needs_nothing_of_the_account),
        cmocka_unit_test(test_what_is_left_for_new_networks),
        cmocka_unit_test(test_a_network_as_a_whole),
        cmocka_unit_test(test_what_is_taken_back),
        cmocka_unit_test(test_a_right_answer_fills_no_bucket),
        cmocka_unit_test(test_a_clock_that_goes_back_a_little_fills_no_bucket),
        TEST(test_what_says_nothing_of_the_user),
        cmocka_unit_test(test_records_from_the_future),
        cmocka_unit_test(test_far_times),
        TEST(test_a_try_is_counted_and_taken_back),
        TEST(test_networks_are_apart),
        TEST(test_scopes_are_apart),
        TEST(test_unlock_is_for_one_user),
        TEST(test_within_a_delay_nothing_is_written),
        TEST(test_tries_side_by_side),
        TEST(test_rows_are_bounded),
        TEST(test_known_networks_keep_their_counters),
        TEST(test_a_place_is_known_for_30_days),
        TEST(test_places_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
