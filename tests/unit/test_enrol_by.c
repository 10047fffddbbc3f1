/* SPDX-License-Identifier: Apache-2.0 */
/* enrol_by: who is let in without a factor until a date, and that nobody else is. */
#include "tests/unit/unit.h"

#include "methods/plan.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/scene.h"

static const char *const plans[] = {"totp", "smsotp",          "device",
                                    "u2f",  "choice-then-otp", "browser"};

void scene_prepare(void)
{
    scene->options.enrol_by = true;
    scene->options.password_retry = scene->options.retry = 3;
    scene->options.browser_without_first_factor = true;
    scene->given.enrol_by = "2027-01-31";
    scene->key = true;
    scene->days = 12;
}

static enum cs_verdict run(const char *name)
{
    return cs_plan_run(cs_plan_find(name), &scene->login);
}

static void assert_reason(const char *name)
{
    assert_string_equal(cs_reason_name(scene->login.result.reason), name);
}

static const char *shown(void)
{
    return scene->script.shown.text ? scene->script.shown.text : "";
}

/* Whatever is typed: a program that answers every prompt with its password sees it, too. */
static void test_every_plan_gives_the_notice_and_lets_in(void **state)
{
    static const char *const answers[] = {"", "yes", "123456"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(plans) * 3; i++) {
        start_over();
        cs_script_answer(&scene->script, answers[i % 3]);
        assert_int_equal(run(plans[i / 3]), CS_VERDICT_ENROL_BY);
        assert_reason("enrol_by");
        assert_int_equal(scene->login.result.days_left, 12);
        assert_int_equal(scene->script.next, 1);
        assert_contains(shown(), "for 12 more days (until 2027-01-31)");
        assert_contains(shown(), "Press Enter to continue: ");
        assert_null(strstr(method_scene_calls(scene), "judge"));
        assert_null(strstr(method_scene_calls(scene), "begin"));
    }
}

static void test_the_last_day_is_one(void **state)
{
    (void)state;
    scene->days = 1;
    cs_script_answer(&scene->script, "");
    assert_int_equal(run("totp"), CS_VERDICT_ENROL_BY);
    assert_contains(shown(), "for 1 more day (until 2027-01-31)");
}

/* Who does not answer may not have seen it. */
static void test_without_an_answer_nobody_is_let_in(void **state)
{
    (void)state;
    assert_int_equal(run("totp"), CS_VERDICT_ABORTED);
}

static void test_an_account_that_sshd_refuses_is_not_let_in(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "\b\n\r\177INCORRECT");
    assert_int_equal(run("choice-then-otp"), CS_VERDICT_DENY);
    assert_reason("refused-by-sshd");
}

/* As if there were no option: nobody is told anything, and codes are never right. */
static void test_who_has_proven_nothing_is_asked_for_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(plans); i++) {
        if (strcmp(plans[i], "u2f") == 0 || strcmp(plans[i], "browser") == 0)
            continue;
        start_over();
        scene->key = false;
        for (int tries = 0; tries < 4; tries++)
            cs_script_answer(&scene->script, "123456");
        assert_int_equal(run(plans[i]), CS_VERDICT_MAX_TRIES);
        assert_reason("not-enrolled");
        assert_null(strstr(shown(), "more day"));
        assert_int_equal(scene->asked_time, 0);
    }
}

/* A key of root's proves nothing before an answer; the account is not known before it is looked
 * up. */
static void test_a_key_counts_once_the_account_is_known(void **state)
{
    (void)state;
    scene->key = false;
    scene->key_if_known = true;
    cs_script_answer(&scene->script, "");
    assert_int_equal(run("totp"), CS_VERDICT_ENROL_BY);
    start_over();
    scene->key = false;
    scene->key_if_answered = true;
    for (int tries = 0; tries < 4; tries++)
        cs_script_answer(&scene->script, "123456");
    assert_int_equal(run("totp"), CS_VERDICT_MAX_TRIES);
    assert_null(strstr(shown(), "more day"));
}

static void test_after_the_date_everything_is_as_ever(void **state)
{
    (void)state;
    scene->days = 0;
    assert_int_equal(run("choice-then-otp"), CS_VERDICT_NOT_ENROLLED);
    assert_reason("not-enrolled");
    assert_contains(shown(), "info No second factor is set up for you.");
    start_over();
    scene->days = 0;
    for (int tries = 0; tries < 4; tries++)
        cs_script_answer(&scene->script, "123456");
    assert_int_equal(run("totp"), CS_VERDICT_MAX_TRIES);
    assert_reason("not-enrolled");
}

static void test_who_has_a_factor_is_asked_for_it(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run("totp"), CS_VERDICT_ALLOW);
    assert_null(strstr(shown(), "more day"));
    assert_int_equal(scene->asked_time, 0);
}

/* Unknown, suspended or somebody else's name; no identity; a factor that may not be used. */
static void test_it_is_for_known_users_without_any_factor(void **state)
{
    static const enum cs_reason missing[] = {CS_REASON_UNKNOWN_IDENTITY, CS_REASON_SUSPENDED,
                                             CS_REASON_OTHER_UID, CS_REASON_NONE};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(missing); i++) {
        start_over();
        scene->missing = missing[i];
        if (missing[i] == CS_REASON_NONE)
            scene->identity = NULL;
        for (int tries = 0; tries < 4; tries++)
            cs_script_answer(&scene->script, "123456");
        assert_int_equal(run("totp"), CS_VERDICT_MAX_TRIES);
        assert_null(strstr(shown(), "more day"));
    }
    start_over();
    scene->withheld = true;
    for (int tries = 0; tries < 4; tries++)
        cs_script_answer(&scene->script, "123456");
    assert_int_not_equal(run("u2f"), CS_VERDICT_ENROL_BY);
    assert_null(strstr(shown(), "more day"));
}

static void test_a_failed_look_up_lets_nobody_in(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        start_over();
        method_scene_use_every_slot(scene);
        *(i == 0   ? &scene->find_result
          : i == 1 ? &scene->list_result
                   : &scene->shown_result) = CS_ERR_UNAVAILABLE;
        cs_script_answer(&scene->script, "");
        assert_int_equal(run("totp"), CS_VERDICT_UNAVAILABLE);
    }
}

/* The clock was set back: what a device showed since counts. */
static void test_the_later_time_counts(void **state)
{
    const int64_t far = INT64_C(9999999999);

    (void)state;
    method_scene_use_every_slot(scene);
    scene->shown_time = far;
    cs_script_answer(&scene->script, "");
    assert_int_equal(run("totp"), CS_VERDICT_ENROL_BY);
    assert_int_equal(scene->asked_time, far);
    start_over();
    method_scene_use_every_slot(scene);
    scene->shown_time = 99;
    fake_clock_set(100);
    cs_script_answer(&scene->script, "");
    assert_int_equal(run("totp"), CS_VERDICT_ENROL_BY);
    assert_int_equal(scene->asked_time, 100);
}

static void test_the_password_is_asked_all_the_same(void **state)
{
    (void)state;
    scene->key = false;
    cs_script_answer(&scene->script, "wrong");
    cs_script_answer(&scene->script, "secret");
    cs_script_answer(&scene->script, "");
    assert_int_equal(run("password-then-totp"), CS_VERDICT_ENROL_BY);
    assert_holds(&scene->login.result.authtok, TEXT("secret"));
}

/* Password and code in one line: any code will do, but not any password. */
static void test_the_code_in_the_line(void **state)
{
    (void)state;
    scene->key = false;
    cs_script_answer(&scene->script, "123456:wrong");
    cs_script_answer(&scene->script, "123456:secret");
    cs_script_answer(&scene->script, "");
    assert_int_equal(run("password-and-totp"), CS_VERDICT_ENROL_BY);
    assert_reason("enrol_by");
    assert_contains(shown(), "for 12 more days");
    start_over();
    scene->key = false;
    scene->days = 0;
    cs_script_answer(&scene->script, "123456:secret");
    assert_int_not_equal(run("password-and-totp"), CS_VERDICT_ENROL_BY);
    assert_null(strstr(shown(), "more day"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_every_plan_gives_the_notice_and_lets_in),
        IN_SCENE(test_the_last_day_is_one),
        IN_SCENE(test_without_an_answer_nobody_is_let_in),
        IN_SCENE(test_an_account_that_sshd_refuses_is_not_let_in),
        IN_SCENE(test_who_has_proven_nothing_is_asked_for_codes),
        IN_SCENE(test_a_key_counts_once_the_account_is_known),
        IN_SCENE(test_after_the_date_everything_is_as_ever),
        IN_SCENE(test_who_has_a_factor_is_asked_for_it),
        IN_SCENE(test_it_is_for_known_users_without_any_factor),
        IN_SCENE(test_a_failed_look_up_lets_nobody_in),
        IN_SCENE(test_the_later_time_counts),
        IN_SCENE(test_the_password_is_asked_all_the_same),
        IN_SCENE(test_the_code_in_the_line),
    };

    return cmocka_run_group_tests_name("enrol_by", tests, NULL, NULL);
}
