/* SPDX-License-Identifier: Apache-2.0 */
/* What doctor says of name services that are slow, fail, or take names in any case. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>

#include "base/clock.h"
#include "doctor/doctor.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_services.h"

static const struct fake_services world = {
    .passwd = "ann:x:1000:1000:Ann:::\n",
    .group = "users:x:1000:\n",
    .directory = "eve:x:5000:5000:Eve::\n",
};

static int set_up(void **state)
{
    (void)state;
    fake_services_set(&world);
    return 0;
}

/* The only finding, or "" if there is none. */
static void expect_only(const struct cs_findings *all, const char *id)
{
    assert_int_equal(all->count, id[0] != '\0');
    if (id[0] != '\0')
        assert_string_equal(all->items[0].id, id);
}

static void expect_found(const char *user, const char *id)
{
    const struct cs_doctor doctor = {.root = "", .user = user};
    CS_AUTO(cs_findings_clear) struct cs_findings all = {0};

    assert_int_equal(cs_doctor_names(&doctor, &all, NULL), CS_OK);
    expect_only(&all, id);
}

static void services_that_answer_are_well(void **state)
{
    (void)state;
    expect_found(NULL, "");
    expect_found("ann", "");
}

static void a_name_in_capitals_is_another_account_or_it_is_said(void **state)
{
    (void)state;
    expect_found("ann", ""); /* files tell them apart */
    expect_found("eve", "names-case");
    expect_found("EVE", "");
}

static void a_user_whom_nobody_knows_is_said(void **state)
{
    (void)state;
    expect_found("zoe", "user-unknown");
}

static void services_that_cannot_say_are_wrong(void **state)
{
    (void)state;
    fake_services_away(ENOENT);
    expect_found(NULL, "names-fail");
}

/* Lets the question go on after so much time. */
static void *answer_late(void *context)
{
    const int *ms = context;

    fake_services_wait_hanging(1);
    fake_clock_pass(cs_clock_ms() + *ms);
    fake_services_release();
    return NULL;
}

static void look_while_late(int ms, const char *id)
{
    const struct cs_doctor doctor = {.root = ""};
    CS_AUTO(cs_findings_clear) struct cs_findings all = {0};
    pthread_t thread;

    fake_services_stall();
    assert_int_equal(pthread_create(&thread, NULL, answer_late, &ms), 0);
    assert_int_equal(cs_doctor_names(&doctor, &all, NULL), CS_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_only(&all, id);
    if (id[0] != '\0')
        assert_contains(all.items[0].reason, "looking up an account takes the name services 1");
}

static void a_slow_answer_is_said_with_its_time(void **state)
{
    (void)state;
    look_while_late(100, "");
    look_while_late(1500, "names-slow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(services_that_answer_are_well, set_up),
        cmocka_unit_test_setup(a_name_in_capitals_is_another_account_or_it_is_said, set_up),
        cmocka_unit_test_setup(a_user_whom_nobody_knows_is_said, set_up),
        cmocka_unit_test_setup(services_that_cannot_say_are_wrong, set_up),
        cmocka_unit_test_setup(a_slow_answer_is_said_with_its_time, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
