/* SPDX-License-Identifier: Apache-2.0 */
/* Which factors a plan offers, what a choice stands for, and what is never sent unasked. */
#include "tests/unit/unit.h"

#include "methods/plan.h"
#include "tests/unit/scene.h"

#define CONSENT_SMS "echo Type s to send a code by text message to 15550100: \n"

void scene_prepare(void)
{
    /* each test says what it needs */
}

static enum cs_verdict run(const char *name)
{
    return cs_plan_run(cs_plan_find(name), &scene->login);
}

static void assert_run(const char *name, enum cs_verdict verdict, const char *calls)
{
    assert_ran(name, run(name), verdict, calls);
}

/* ---- what is offered ---- */

static void test_choice_kinds_by_options(void **state)
{
    static const struct {
        bool no_enrollments, voice, transients, devices;
        unsigned which;
        const char *calls;
        bool keys;
    } rows[] = {
        {false, false, false, false, CS_TRANSIENTS_ALL, "find:demo list:totp+sms+email", false},
        {false, true, false, false, CS_TRANSIENTS_ALL, "find:demo list:totp+sms+email+voice",
         false},
        {false, false, true, false, CS_TRANSIENTS_ALL,
         "find:demo list:totp+sms+email+trans-email+trans-sms", false},
        {true, false, true, false, CS_TRANSIENTS_EMAIL, "find:demo list:trans-email", false},
        {true, false, true, false, CS_TRANSIENTS_PHONE, "find:demo list:trans-sms", false},
        {true, false, true, false, CS_TRANSIENTS_BOTH, "find:demo list:trans-email+trans-sms",
         false},
        {true, false, false, true, CS_TRANSIENTS_EMAIL, "find:demo list:device", false},
        {true, true, false, false, CS_TRANSIENTS_ALL, "find:demo list:voice", false},
        {false, true, true, true, CS_TRANSIENTS_ALL,
         "find:demo list:totp+sms+email+voice+trans-email+trans-sms+device", false},
        {true, false, false, false, CS_TRANSIENTS_ALL, "find:demo list:u2f", true},
        {false, false, false, true, CS_TRANSIENTS_ALL, "find:demo list:totp+sms+email+device+u2f",
         true},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->key = true;
        scene->options.no_enrollments_in_choice = rows[i].no_enrollments;
        scene->options.voice_in_choice = rows[i].voice;
        scene->options.transients_in_choice = rows[i].transients;
        scene->options.add_devices_to_choice = rows[i].devices;
        scene->options.u2f_in_choice = rows[i].keys;
        scene->options.transient_choices = rows[i].which;
        assert_run("choice-then-otp", CS_VERDICT_NOT_ENROLLED, rows[i].calls);
    }
}

/* Where the options leave nothing to choose from, nobody has a factor. */
/* A slip of the pen in the name of an option must not let everybody in. */
static void test_choice_of_nothing_is_misconfigured(void **state)
{
    (void)state;
    for (int accept = 0; accept < 2; accept++) {
        start_over();
        scene->options.no_enrollments_in_choice = true;
        scene->options.accept_on_missing_auth_method = accept != 0;
        method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
        assert_run("choice-then-otp", CS_VERDICT_MISCONFIGURED, "");
        assert_string_equal(cs_reason_name(scene->login.result.reason), "misconfigured");
    }
}

/* A look-up that failed says nothing about factors. */
static void test_failed_look_up_is_no_missing_factor(void **state)
{
    (void)state;
    scene->options.accept_on_missing_auth_method = true;
    scene->find_result = CS_ERR_UNREACHABLE;
    assert_run("choice-then-otp", CS_VERDICT_UNREACHABLE, "find:demo");
}

static void test_listing_says_what_the_options_say(void **state)
{
    (void)state;
    for (int unvalidated = 0; unvalidated < 2; unvalidated++) {
        start_over();
        scene->key = true;
        scene->options.ignore_isvalidated = unvalidated != 0;
        assert_int_equal(run("device"), CS_VERDICT_NOT_ENROLLED);
        assert_int_equal(scene->listing.unvalidated, unvalidated != 0);
    }
}

/* An address of the directory that is enrolled too is there once; one that is not stays. */
static void test_menu_has_no_address_twice(void **state)
{
    (void)state;
    scene->options.transients_in_choice = true;
    method_scene_add(scene, CS_FACTOR_EMAILOTP, "e", "demo@example.com");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    method_scene_add(scene, CS_FACTOR_TRANS_EMAILOTP, "te", "demo@example.com");
    method_scene_add(scene, CS_FACTOR_TRANS_SMSOTP, "ts", "15550100");
    method_scene_add(scene, CS_FACTOR_TRANS_SMSOTP, "ts2", "15550199");
    cs_script_answer(&scene->script, "3");
    cs_script_answer(&scene->script, "123456");
    assert_run("choice-then-otp", CS_VERDICT_ALLOW,
               "find:demo list:totp+sms+email+trans-email+trans-sms ask begin:trans-sms=ts2 ask "
               "judge:trans-sms=123456");
    assert_contains(scene->script.shown.text,
                    "1) Code by email to demo@example.com \\n2) Code by text message to "
                    "15550100 \\n3) Code by text message to 15550199 (from your profile) \\n"
                    "Your choice (1-3): \n");
    start_over(); /* where enrolments are left out, the directory's address is no duplicate */
    scene->options.transients_in_choice = scene->options.no_enrollments_in_choice = true;
    scene->key = true;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    method_scene_add(scene, CS_FACTOR_TRANS_SMSOTP, "ts", "15550100");
    cs_script_answer(&scene->script, "123456");
    assert_run("choice-then-otp", CS_VERDICT_ALLOW,
               "find:demo list:trans-email+trans-sms begin:trans-sms=ts ask "
               "judge:trans-sms=123456");
}

/* Several factors of the one kind that a plan asks for are a choice too. */
static void test_several_of_one_kind_are_a_menu(void **state)
{
    static const struct cs_approval_state given[] = {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};

    (void)state;
    method_scene_add(scene, CS_FACTOR_DEVICE, "d1", "phone");
    method_scene_add(scene, CS_FACTOR_DEVICE, "d2", "tablet");
    scene->factors[1].checks_user = true;
    scene->approvals = given;
    scene->approvals_count = 1;
    cs_script_answer(&scene->script, "secret");
    cs_script_answer(&scene->script, "tablet");
    assert_run("password-then-device", CS_VERDICT_ALLOW,
               "ask find:demo judge:password=secret list:device ask begin:device=d2 poll");
    assert_contains(scene->script.shown.text,
                    "1) Approve on phone \\n2) Fingerprint or face on tablet \\n");
    start_over();
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s1", "15550100");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s2", "15550101");
    scene->key = true;
    cs_script_answer(&scene->script, "nonsense");
    cs_script_answer(&scene->script, "2");
    cs_script_answer(&scene->script, "123456");
    assert_run("smsotp", CS_VERDICT_ALLOW,
               "find:demo list:sms ask ask begin:sms=s2 ask judge:sms=123456");
}

static void test_menu_no_choice_within_the_tries(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s1", "15550100");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s2", "15550101");
    scene->key = scene->autopush = true;
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "9");
    assert_run("smsotp", CS_VERDICT_MAX_TRIES, "find:demo list:sms ask ask ask");
    assert_string_equal(cs_reason_name(scene->login.result.reason), "no-choice");
    assert_int_equal(scene->script.channel.answers, 3);
}

static void test_menu_code_typed_at_once_is_judged(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    cs_script_answer(&scene->script, "123456");
    assert_run("choice-then-otp", CS_VERDICT_ALLOW,
               "find:demo list:totp+sms+email ask judge:totp=123456");
    assert_int_equal(scene->script.channel.answers, 1);
    start_over(); /* a wrong one is one of the tries */
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    scene->options.retry = 1;
    cs_script_answer(&scene->script, "654321");
    cs_script_answer(&scene->script, "654321");
    assert_run("choice-then-otp", CS_VERDICT_MAX_TRIES,
               "find:demo list:totp+sms+email ask judge:totp=654321 ask judge:totp=654321");
}

/* ---- what is sent ---- */

static void test_choice_counts_as_consent(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    method_scene_add(scene, CS_FACTOR_EMAILOTP, "e", "demo@example.com");
    cs_script_answer(&scene->script, "1");
    cs_script_answer(&scene->script, "123456");
    assert_run("choice-then-otp", CS_VERDICT_ALLOW,
               "find:demo list:totp+sms+email ask begin:sms=s ask judge:sms=123456");
    assert_null(strstr(scene->script.shown.text, "Type s"));
}

static void test_unproven_delivery_waits_for_a_typed_answer(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "s");
    cs_script_answer(&scene->script, "123456");
    assert_run("smsotp", CS_VERDICT_ALLOW,
               "find:demo list:sms ask ask begin:sms=s ask judge:sms=123456");
    assert_string_equal(scene->script.shown.text, CONSENT_SMS CONSENT_SMS
                        "echo A text message was sent to 15550100. \\nVerification code: \n");
}

static void test_unproven_delivery_never_without_one(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "");
    assert_run("smsotp", CS_VERDICT_MAX_TRIES, "find:demo list:sms ask ask ask");
    assert_string_equal(cs_reason_name(scene->login.result.reason), "not-asked-for");
    assert_int_equal(scene->script.channel.answers, 3);
}

/* A refused request a moment ago: even who proved a first factor is asked. */
static void test_quiet_time_asks_who_is_proven(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    method_scene_add(scene, CS_FACTOR_VOICEOTP, "v", "15550100");
    scene->quiet = true;
    cs_script_answer(&scene->script, "secret");
    cs_script_answer(&scene->script, "s");
    cs_script_answer(&scene->script, "123456");
    assert_run("password-then-voiceotp", CS_VERDICT_ALLOW,
               "ask find:demo judge:password=secret list:voice ask begin:voice=v ask "
               "judge:voice=123456");
}

static void test_autopush_sends_at_once(void **state)
{
    (void)state;
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    scene->autopush = true;
    cs_script_answer(&scene->script, "123456");
    assert_run("smsotp", CS_VERDICT_ALLOW, "find:demo list:sms begin:sms=s ask judge:sms=123456");
}

/* sshd refuses the account: whatever is asked, nothing is sent and nothing allows, and no further
 * answer changes that. */
static void test_junk_sends_nothing_and_never_allows(void **state)
{
    static const struct {
        const char *plan;
        bool key, second_factor;
        const char *calls;
    } rows[] = {
        {"smsotp", false, false, "find:demo list:sms ask ask ask ask"},
        {"choice-then-otp", false, true, "find:demo list:totp+sms+email ask ask ask ask"},
        {"choice-then-otp", true, true, "find:demo list:totp+sms+email ask ask ask ask"},
        {"device", false, false, "find:demo list:device ask ask ask ask"},
        {"totp", true, false, "ask ask ask"},
        {"password-then-smsotp", false, false, "ask"},
        {"password-then-smsotp", true, false, "ask"},
        {"password-and-totp", true, false, "ask"},
        {"password-and-totp-or-device", true, false, "ask"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->key_if_answered = rows[i].key;
        method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
        method_scene_add(scene, CS_FACTOR_DEVICE, "d", "phone");
        method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
        if (!rows[i].second_factor)
            scene->factors_count--;
        cs_script_answer(&scene->script, JUNK);
        for (int tries = 0; tries < 3; tries++)
            cs_script_answer(&scene->script, "123456");
        assert_int_not_equal(run(rows[i].plan), CS_VERDICT_ALLOW);
        assert_true(scene->login.state.doomed);
        if (strcmp(method_scene_calls(scene), rows[i].calls) != 0)
            fail_msg("%s: '%s'", rows[i].plan, method_scene_calls(scene));
        assert_int_equal(scene->refusals, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_choice_kinds_by_options),
        IN_SCENE(test_choice_of_nothing_is_misconfigured),
        IN_SCENE(test_failed_look_up_is_no_missing_factor),
        IN_SCENE(test_listing_says_what_the_options_say),
        IN_SCENE(test_menu_has_no_address_twice),
        IN_SCENE(test_several_of_one_kind_are_a_menu),
        IN_SCENE(test_menu_no_choice_within_the_tries),
        IN_SCENE(test_menu_code_typed_at_once_is_judged),
        IN_SCENE(test_choice_counts_as_consent),
        IN_SCENE(test_unproven_delivery_waits_for_a_typed_answer),
        IN_SCENE(test_unproven_delivery_never_without_one),
        IN_SCENE(test_quiet_time_asks_who_is_proven),
        IN_SCENE(test_autopush_sends_at_once),
        IN_SCENE(test_junk_sends_nothing_and_never_allows),
    };

    return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
