/* SPDX-License-Identifier: Apache-2.0 */
/* How often something is sent unasked. */
#include "tests/unit/unit.h"

#include "login/delivery_limit.h"

enum { START = 5000000, HOUR = 3600 * 1000 };

static struct cs_delivery_limit *limit;

static int set_up(void **state)
{
    (void)state;
    limit = cs_delivery_limit_new();
    return limit ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    cs_delivery_limit_free(&limit);
    assert_null(limit);
    cs_delivery_limit_free(&limit);
    return 0;
}

/* How many of `tries` at that time are sent. */
static unsigned sent(const char *identity, bool proven, unsigned tries, int64_t now)
{
    unsigned count = 0;

    for (unsigned i = 0; i < tries; i++)
        count += cs_delivery_limit_may_send(limit, identity,
                                            &(const struct cs_sending){.proven = proven}, now);
    return count;
}

/* The same for those who typed what asks for it, without proof. */
static unsigned sent_asked(const char *identity, unsigned tries, int64_t now)
{
    unsigned count = 0;

    for (unsigned i = 0; i < tries; i++)
        count += cs_delivery_limit_may_send(limit, identity,
                                            &(const struct cs_sending){.asked_for = true}, now);
    return count;
}

static void test_asked_for_more_but_not_endlessly(void **state)
{
    (void)state;
    assert_int_equal(sent("demo", false, 20, START), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent_asked("demo", 50, START),
                     CS_DELIVERIES_ASKED_PER_HOUR - CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent_asked("other", 50, START), CS_DELIVERIES_ASKED_PER_HOUR);
    assert_int_equal(sent_asked("demo", 50, START + HOUR), CS_DELIVERIES_ASKED_PER_HOUR);
}

static void test_unproven_a_few_each_hour(void **state)
{
    (void)state;
    assert_int_equal(sent("demo", false, 20, START), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent("demo", false, 1, START + HOUR - 1), 0);
    assert_int_equal(sent("other", false, 20, START),
                     CS_DELIVERIES_PER_HOUR); /* for each identity */
    assert_int_equal(sent("demo", false, 20, START + HOUR), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent("demo", false, 1, START + HOUR + HOUR / 2), 0);
}

static void test_proven_neither_counts_nor_is_capped(void **state)
{
    (void)state;
    assert_int_equal(sent("demo", true, 50, START), 50);
    assert_int_equal(sent("demo", false, 20, START), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent("demo", true, 50, START), 50);
}

static void test_refused_is_quiet_for_a_while(void **state)
{
    (void)state;
    assert_int_equal(sent("demo", true, 1, START), 1);
    cs_delivery_limit_refused(limit, "demo", START);
    for (unsigned proven = 0; proven < 2; proven++) {
        assert_int_equal(sent("demo", proven != 0, 1, START), 0);
        assert_int_equal(sent("demo", proven != 0, 1, START + CS_DELIVERY_QUIET_MS - 1), 0);
        assert_int_equal(sent("other", proven != 0, 1, START), 1);
        assert_int_equal(sent("demo", proven != 0, 1, START + CS_DELIVERY_QUIET_MS), 1);
    }
    /* What was not sent in that time was not counted. */
    assert_int_equal(sent("demo", false, 20, START + CS_DELIVERY_QUIET_MS),
                     CS_DELIVERIES_PER_HOUR - 1);
}

/* Several accounts may be one user of a tenant that looks names up in either case. */
static void test_identities_in_either_case_are_one(void **state)
{
    (void)state;
    assert_int_equal(sent("demo", true, 1, START), 1);
    cs_delivery_limit_refused(limit, "demo", START);
    assert_int_equal(sent("Demo", true, 1, START), 0);
}

/* Without a first factor no word helps for two minutes; behind one a word does, and so does a
 * password in front of a message. */
static void test_what_may_be_sent_soon_after_a_refusal(void **state)
{
    static const struct {
        struct cs_sending sending;
        bool may;
    } rows[] = {{{.asked_for = true}, false},
                {{.attended = true}, false},
                {{.proven = true}, false},
                {{.proven = true, .asked_for = true}, true},
                {{.proven = true, .attended = true}, true}};

    (void)state;
    cs_delivery_limit_refused(limit, "demo", START);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_sending *sending = &rows[i].sending;

        assert_int_equal(cs_delivery_limit_may_send(limit, "demo", sending, START + 1),
                         rows[i].may);
        assert_int_equal(
            cs_delivery_limit_may_send(limit, "demo", sending, START + CS_DELIVERY_QUIET_MS - 1),
            rows[i].may);
        assert_true(
            cs_delivery_limit_may_send(limit, "demo", sending, START + CS_DELIVERY_QUIET_MS));
    }
}

static void test_refused_before_anything_was_sent(void **state)
{
    (void)state;
    cs_delivery_limit_refused(limit, "demo", START);
    assert_int_equal(sent("demo", true, 1, START + 1), 0);
}

/* More identities than there are places: whoever asks for many can neither make it forget one, nor
 * have anything sent that is not counted; those who have proven a first factor do not notice. */
static void test_many_identities_displace_none(void **state)
{
    unsigned all = 0;
    char name[32];

    (void)state;
    assert_int_equal(sent("demo", false, 20, START), CS_DELIVERIES_PER_HOUR);
    cs_delivery_limit_refused(limit, "refused", START);
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(name, sizeof name, "name-%d", i);
        assert_int_equal(sent(name, true, 2, START + 1 + i), 2);
        all += sent(name, false, CS_DELIVERIES_PER_HOUR + 1, START + 1 + i);
    }
    assert_int_equal(all, 1022 * CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent("demo", false, 1, START + 6000), 0);
    assert_int_equal(sent("refused", true, 1, START + 6000), 0);
    assert_int_equal(sent("name-4999", false, 1, START + HOUR + 6000), 1); /* room again */
}

/* A refusal is remembered even then. */
static void test_refusal_finds_a_place(void **state)
{
    char name[32];

    (void)state;
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(name, sizeof name, "name-%d", i);
        (void)sent(name, false, 1, START);
    }
    cs_delivery_limit_refused(limit, "refused", START);
    cs_delivery_limit_refused(limit, "another", START);
    assert_int_equal(sent("refused", true, 1, START + 1), 0);
    assert_int_equal(sent("another", true, 1, START + 1), 0);
}

/* Names that are alike in their beginning are not the same. */
static void test_long_names_are_told_apart(void **state)
{
    char long_name[256];

    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(sent(long_name, false, 20, START), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent(long_name, false, 20, START), 0);
    long_name[sizeof long_name - 2] = 'b';
    assert_int_equal(sent(long_name, false, 20, START), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent("dem", false, 20, START), CS_DELIVERIES_PER_HOUR);
    assert_int_equal(sent("demo", false, 20, START), CS_DELIVERIES_PER_HOUR);
}

#define LIMITED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIMITED(test_unproven_a_few_each_hour),
        LIMITED(test_asked_for_more_but_not_endlessly),
        LIMITED(test_proven_neither_counts_nor_is_capped),
        LIMITED(test_identities_in_either_case_are_one),
        LIMITED(test_proven_neither_counts_nor_is_capped),
        LIMITED(test_refused_is_quiet_for_a_while),
        LIMITED(test_what_may_be_sent_soon_after_a_refusal),
        LIMITED(test_refused_before_anything_was_sent),
        LIMITED(test_many_identities_displace_none),
        LIMITED(test_refusal_finds_a_place),
        LIMITED(test_long_names_are_told_apart),
    };

    return cmocka_run_group_tests_name("delivery_limit", tests, NULL, NULL);
}
