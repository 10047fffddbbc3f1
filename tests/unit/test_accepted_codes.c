/* SPDX-License-Identifier: Apache-2.0 */
/* A code lets in once, whatever a provider says of it. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "login/accepted_codes.h"

enum { START = 5000000, THREADS = 32 };

static struct cs_accepted_codes *codes;

static int set_up(void **state)
{
    (void)state;
    codes = cs_accepted_codes_new();
    return codes ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    cs_accepted_codes_free(&codes);
    assert_null(codes);
    cs_accepted_codes_free(&codes);
    return 0;
}

static struct cs_secret secret(const char *text)
{
    return (struct cs_secret){(char *)(uintptr_t)text, strlen(text)};
}

static bool claims(const char *identity, const char *text, int64_t now)
{
    const struct cs_secret code = secret(text);
    bool claimed = false;

    assert_int_equal(cs_accepted_codes_claim(codes, identity, &code, now, &claimed, NULL), CS_OK);
    return claimed;
}

static void settle(const char *identity, const char *text, bool accepted, int64_t now)
{
    const struct cs_secret code = secret(text);

    cs_accepted_codes_settle(codes, identity, &code, accepted, now);
}

static void test_accepted_code_is_refused_for_its_life(void **state)
{
    (void)state;
    assert_true(claims("demo", "123456", START));
    settle("demo", "123456", true, START);
    assert_false(claims("demo", "123456", START));
    assert_false(claims("demo", "123456", START + CS_ACCEPTED_CODE_MS - 1));
    assert_true(claims("demo", "123456", START + CS_ACCEPTED_CODE_MS));
}

static void test_wrong_code_may_be_tried_again(void **state)
{
    (void)state;
    assert_true(claims("demo", "123456", START));
    settle("demo", "123456", false, START);
    assert_true(claims("demo", "123456", START));
}

static void test_others_are_not_concerned(void **state)
{
    (void)state;
    assert_true(claims("demo", "123456", START));
    settle("demo", "123456", true, START);
    assert_true(claims("demo", "123457", START));
    assert_true(claims("other", "123456", START));
    assert_true(claims("dem", "o123456", START));
    assert_true(claims("demo1", "23456", START));
}

/* Tenants may send letters, and take them in either case. */
static void test_letters_of_either_case_are_the_same(void **state)
{
    (void)state;
    assert_true(claims("demo", "AbCd", START));
    settle("demo", "AbCd", true, START);
    assert_false(claims("demo", "aBcD", START));
}

/* Several accounts may be one user of a tenant that looks names up in either case. */
static void test_identities_in_either_case_are_one(void **state)
{
    (void)state;
    assert_true(claims("demo@example.com", "123456", START));
    settle("demo@example.com", "123456", true, START);
    assert_false(claims("Demo@Example.com", "123456", START));
}

static atomic_uint won;

static void *bring(void *context)
{
    (void)context;
    if (claims("demo", "123456", START))
        atomic_fetch_add(&won, 1);
    return NULL;
}

static void test_thirty_two_at_once_one_wins(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, bring, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&won), 1);
}

/* Memory is bounded: the oldest makes room, but never a code that is being judged. */
static void test_the_oldest_makes_room(void **state)
{
    char text[16];

    (void)state;
    assert_true(claims("demo", "judged", START));
    for (int i = 0; i < CS_ACCEPTED_CODES_MAX; i++) {
        (void)snprintf(text, sizeof text, "%08d", i);
        assert_true(claims("demo", text, START + i));
        settle("demo", text, true, START + i);
    }
    assert_true(claims("demo", "00000000", START + CS_ACCEPTED_CODES_MAX));
    assert_false(claims("demo", "00000002", START + CS_ACCEPTED_CODES_MAX));
    assert_false(claims("demo", "judged", START + CS_ACCEPTED_CODES_MAX));
}

#define KEPT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEPT(test_accepted_code_is_refused_for_its_life),
        KEPT(test_wrong_code_may_be_tried_again),
        KEPT(test_others_are_not_concerned),
        KEPT(test_identities_in_either_case_are_one),
        KEPT(test_others_are_not_concerned),
        KEPT(test_letters_of_either_case_are_the_same),
        KEPT(test_thirty_two_at_once_one_wins),
        KEPT(test_the_oldest_makes_room),
    };

    return cmocka_run_group_tests_name("accepted_codes", tests, NULL, NULL);
}
