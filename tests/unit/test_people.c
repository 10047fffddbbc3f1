/* SPDX-License-Identifier: Apache-2.0 */
/* Who ought to have a factor, and whether there is an account of a name. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/people.h"
#include "cli/overview_account.h"
#include "login/people.h"
#include "tests/support/fake_services.h"

static const struct fake_services world = {
    .passwd = "root:x:0:0:::\nann:x:1000:100:::\nben:x:1001:100:::\ncat:x:1002:200:::\n"
              "nobody:x:65534:65534:::\n+:x:2000:100:::\n",
    .group = "staff:x:100:cat,ann\nmore:x:100:dan\nempty:x:300:\n",
    .directory = "eve:x:5000:5000:::\n",
    .memberships = "folk:x:5000:eve,fay\n",
};

static int set_up(void **state)
{
    (void)state;
    fake_services_set(&world);
    return 0;
}

static void assert_people(struct cs_strlist *people, const char *wanted)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_people_sort(people);
    for (size_t i = 0; i < people->count; i++)
        cs_buffer_printf(&text, "%s%s", i > 0 ? " " : "", people->items[i]);
    assert_string_equal(text.text ? text.text : "", wanted);
    cs_strlist_free(people);
}

static void test_accounts_from_a_uid_on(void **state)
{
    struct cs_strlist people = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_people_from_uid(1001, &people, &error), CS_NAMED_FOUND);
    assert_people(&people, "ben cat");
    assert_int_equal(cs_people_from_uid(70000, &people, &error), CS_NAMED_FOUND);
    assert_people(&people, "");
    fake_services_fail(FAKE_READ_PASSWD, EIO);
    assert_int_equal(cs_people_from_uid(0, &people, &error), CS_NAMED_UNRESOLVED);
    assert_contains(error.text, "'/etc/passwd' cannot be looked up: Input/output error");
    cs_strlist_free(&people);
}

/* Listed, of another line of the same gid, and by the primary group; twice is once. */
static void test_members_of_a_group(void **state)
{
    struct cs_strlist people = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_people_of_group("staff", &people, &error), CS_NAMED_FOUND);
    assert_people(&people, "ann ben cat dan");
    assert_int_equal(cs_people_of_group("folk", &people, &error), CS_NAMED_FOUND);
    assert_people(&people, "eve fay");
    assert_int_equal(cs_people_of_group("empty", &people, &error), CS_NAMED_FOUND);
    assert_people(&people, "");
    assert_int_equal(cs_people_of_group("none", &people, &error), CS_NAMED_ABSENT);
}

static void test_what_cannot_be_read_is_not_nobody(void **state)
{
    static const enum fake_call calls[] = {FAKE_GETGRNAM, FAKE_READ_GROUP, FAKE_READ_PASSWD};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(calls); i++) {
        struct cs_strlist people = {0};
        struct cs_error error = {0};

        fake_services_set(&world);
        fake_services_fail(calls[i], EIO);
        assert_int_equal(cs_people_of_group("staff", &people, &error), CS_NAMED_UNRESOLVED);
        assert_int_equal(error.code, CS_ERR_UNRESOLVED);
        assert_contains(error.text, "'staff' cannot be looked up");
        cs_strlist_free(&people);
    }
}

static void test_a_directory_that_hangs(void **state)
{
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();
    struct cs_patience patience = {cs_clock_ms() + 20, -1};
    struct cs_strlist people = {0};
    struct cs_error error = {0};

    (void)state;
    fake_services_stall();
    assert_int_equal(cs_people_find(directory, "folk", &patience, &people, &error),
                     CS_ERR_UNRESOLVED);
    assert_contains(error.text, "did not say in time who is in the group 'folk'");
    fake_services_release();
    patience.until = cs_clock_ms() + 20000;
    assert_int_equal(cs_people_find(directory, "none", &patience, &people, &error),
                     CS_ERR_NOT_FOUND);
    assert_int_equal(cs_people_find(directory, "folk", &patience, &people, &error), CS_OK);
    assert_people(&people, "eve fay");
}

/* ---- accounts ---- */

static void assert_account(struct cs_overview_accounts *accounts, const char *name,
                           enum cs_overview_state wanted, unsigned uid)
{
    struct cs_uid found;

    assert_int_equal(cs_overview_account(accounts, name, &found), wanted);
    assert_int_equal(found.known, wanted == CS_ACCOUNT_FOUND);
    assert_int_equal(found.value, uid);
}

static void test_an_orphan_is_one_that_was_asked_for(void **state)
{
    CS_AUTO(cs_overview_accounts_clear) struct cs_overview_accounts accounts = {.most = 2};

    (void)state;
    assert_int_equal(cs_overview_accounts_open(&accounts, NULL), CS_OK);
    assert_account(&accounts, "ann", CS_ACCOUNT_FOUND, 1000);
    assert_int_equal(fake_services_asked(), 0);
    assert_account(&accounts, "eve", CS_ACCOUNT_FOUND, 5000);
    assert_account(&accounts, "gone", CS_ACCOUNT_ABSENT, 0);
    assert_account(&accounts, "a:b", CS_ACCOUNT_ABSENT, 0);
    assert_account(&accounts, "gone too", CS_ACCOUNT_UNASKED, 0);
    assert_account(&accounts, "ben", CS_ACCOUNT_FOUND, 1001);
    assert_int_equal(accounts.unresolved, 0);
}

static void test_nobody_is_asked_where_names_are_no_accounts(void **state)
{
    CS_AUTO(cs_overview_accounts_clear) struct cs_overview_accounts accounts = {.unasked = true};

    (void)state;
    assert_int_equal(cs_overview_accounts_open(&accounts, NULL), CS_OK);
    assert_account(&accounts, "ann", CS_ACCOUNT_UNASKED, 0);
    assert_int_equal(fake_services_asked(), 0);
}

/* After three failures in a row a directory is down; a million names must not wait for it. */
static void test_a_failure_is_no_orphan_and_three_are_enough(void **state)
{
    CS_AUTO(cs_overview_accounts_clear) struct cs_overview_accounts accounts = {0};

    (void)state;
    assert_int_equal(cs_overview_accounts_open(&accounts, NULL), CS_OK);
    fake_services_fail(FAKE_GETPWNAM, EIO);
    assert_account(&accounts, "one", CS_ACCOUNT_UNRESOLVED, 0);
    assert_account(&accounts, "two", CS_ACCOUNT_UNRESOLVED, 0);
    fake_services_set(&world);
    assert_account(&accounts, "eve", CS_ACCOUNT_FOUND, 5000);
    fake_services_fail(FAKE_GETPWNAM, EIO);
    for (int i = 0; i < 3; i++)
        assert_account(&accounts, "again", CS_ACCOUNT_UNRESOLVED, 0);
    fake_services_set(&world);
    assert_account(&accounts, "eve", CS_ACCOUNT_UNRESOLVED, 0);
    assert_int_equal(fake_services_asked(), 0);
    assert_account(&accounts, "ann", CS_ACCOUNT_FOUND, 1000);
    assert_int_equal(accounts.unresolved, 6);
    assert_contains(accounts.why.text, "'one' cannot be looked up: Input/output error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_accounts_from_a_uid_on, set_up),
        cmocka_unit_test_setup(test_members_of_a_group, set_up),
        cmocka_unit_test_setup(test_what_cannot_be_read_is_not_nobody, set_up),
        cmocka_unit_test_setup(test_a_directory_that_hangs, set_up),
        cmocka_unit_test_setup(test_an_orphan_is_one_that_was_asked_for, set_up),
        cmocka_unit_test_setup(test_nobody_is_asked_where_names_are_no_accounts, set_up),
        cmocka_unit_test_setup(test_a_failure_is_no_orphan_and_three_are_enough, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
