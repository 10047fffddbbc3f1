/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on a phone whose name is not known: a word to compare, a secret of the user's own, a
 * server with its own pace, and requests that nobody can approve any more. */
#include "tests/unit/unit.h"

#include <syslog.h>

#include "base/clock.h"
#include "methods/plan.h"
#include "tests/unit/scene.h"

#define PIN "hide PIN for approval requests: \n"

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_DEVICE, "d", "");
    scene->login.state.user.found = scene->login.state.sought = true;
    scene->key = true;
}

static enum cs_verdict run(void)
{
    return cs_method_device.run(&scene->login, &cs_method_device, &scene->factors[0]);
}

static void set_approvals(const struct cs_approval_state *approvals, size_t count)
{
    scene->approvals = approvals;
    scene->approvals_count = count;
}

static void assert_run(enum cs_verdict verdict, const char *reason, const char *calls)
{
    assert_ran("phone", run(), verdict, calls);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
}

static const char *shown(void)
{
    return scene->script.shown.text ? scene->script.shown.text : "";
}

static const struct cs_approval_state given[] = {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};
static const struct cs_approval_state late[] = {{CS_APPROVAL_PENDING, CS_REASON_PENDING},
                                                {CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};
static const struct cs_approval_state denied[] = {{CS_APPROVAL_DENIED, CS_REASON_DENIED}};
static const struct cs_approval_state expired[] = {{CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}};

/* ---- what is shown ---- */

static void test_texts(void **state)
{
    static const struct {
        enum cs_wait_mode mode;
        const char *word;
        const struct cs_approval_state *approval;
        const char *shown;
    } rows[] = {
        {CS_WAIT_LIVE, NULL, given, "info Approve the request on your phone.\n"},
        {CS_WAIT_LIVE, NULL, denied,
         "info Approve the request on your phone.\ninfo The sign-in was denied.\n"},
        {CS_WAIT_LIVE, NULL, expired,
         "info Approve the request on your phone.\ninfo The sign-in was not approved in time.\n"},
        {CS_WAIT_LIVE, "K7QX2MPA", given,
         "info Approve the request on your phone \\nif it shows K7QX2MPA.\n"},
        {CS_WAIT_ENTER, NULL, given,
         "echo Approve the request on your phone. \\nThen press Enter here: \n"},
        {CS_WAIT_ENTER, "K7QX2MPA", given,
         "echo Approve the request on your phone \\nif it shows K7QX2MPA. \\nThen press Enter "
         "here: "
         "\n"},
        {CS_WAIT_ENTER, "K7QX2MPA", denied,
         "echo Approve the request on your phone \\nif it shows K7QX2MPA. \\nThen press Enter "
         "here: "
         "\ninfo The sign-in was denied.\n"},
        /* It is no number to choose: who sees nothing may approve all the same. */
        {CS_WAIT_SILENT, "K7QX2MPA", given, ""},
        {CS_WAIT_SILENT, NULL, denied, ""},
        {CS_WAIT_SILENT, NULL, expired, ""},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->given.wait_mode = rows[i].mode;
        scene->given.number_mode = CS_WAIT_LIVE;
        scene->correlation = rows[i].word;
        scene->compares = true;
        set_approvals(rows[i].approval, 1);
        cs_script_answer(&scene->script, "");
        assert_int_equal(run(), rows[i].approval == given ? CS_VERDICT_ALLOW : CS_VERDICT_DENY);
        if (strcmp(shown(), rows[i].shown) != 0)
            fail_msg("row %zu: '%s'", i, shown());
    }
}

/* A device with a name compares as well; its name is then not in the text. */
static void test_word_on_a_device_with_a_name(void **state)
{
    (void)state;
    (void)snprintf(scene->factors[0].name, sizeof scene->factors[0].name, "Tablet");
    scene->given.wait_mode = CS_WAIT_LIVE;
    scene->correlation = "K7QX2MPA";
    scene->compares = true;
    set_approvals(denied, 1);
    assert_int_equal(run(), CS_VERDICT_DENY);
    assert_string_equal(shown(), "info Approve the request on your phone \\nif it shows K7QX2MPA.\n"
                                 "info The request was denied on Tablet.\n");
}

static void test_consent_and_menu_line(void **state)
{
    (void)state;
    scene->key = false;
    set_approvals(given, 1);
    cs_script_answer(&scene->script, "s");
    assert_run(CS_VERDICT_ALLOW, "approved", "ask begin:device=d poll");
    assert_string_equal(shown(), "echo Type s to send an approval request to your phone: \n");
    start_over();
    scene->options.add_devices_to_choice = true;
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    set_approvals(given, 1);
    cs_script_answer(&scene->script, "1");
    assert_int_equal(cs_plan_run(cs_plan_find("choice-then-otp"), &scene->login), CS_VERDICT_ALLOW);
    assert_contains(shown(), "1) Approve on your phone \\n");
}

/* ---- the user's own secret ---- */

static void test_user_code_is_asked_for_unseen(void **state)
{
    (void)state;
    scene->user_code = "4711";
    set_approvals(given, 1);
    cs_script_answer(&scene->script, "4711");
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d ask begin:device=d poll");
    assert_string_equal(shown(), PIN);
    assert_string_equal(scene->user_codes.text, "-\n4711\n");
    assert_int_equal(scene->held, 0);
}

static void test_user_code_again_once(void **state)
{
    (void)state;
    scene->user_code = "4711";
    set_approvals(given, 1);
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "4711");
    assert_run(CS_VERDICT_ALLOW, "approved",
               "begin:device=d ask begin:device=d ask begin:device=d poll");
    start_over();
    scene->user_code = "4711";
    set_approvals(given, 1);
    for (int i = 0; i < 4; i++)
        cs_script_answer(&scene->script, "0000");
    assert_run(CS_VERDICT_DENY, "wrong-user-code",
               "begin:device=d ask begin:device=d ask begin:device=d");
    assert_string_equal(cs_reason_name(scene->login.result.last), "wrong-user-code");
    assert_string_equal(scene->user_codes.text, "-\n0000\n0000\n");
    assert_int_equal(scene->refusals, 1);
    assert_false(scene->login.state.sent); /* nothing was */
}

/* sshd refuses the account: no request leaves, and codes are asked for that are never right. */
static void test_user_code_junk(void **state)
{
    (void)state;
    scene->user_code = "4711";
    set_approvals(given, 1);
    for (int i = 0; i < 4; i++)
        cs_script_answer(&scene->script, JUNK);
    assert_run(CS_VERDICT_MAX_TRIES, "refused-by-sshd", "begin:device=d ask ask ask ask");
    assert_string_equal(scene->user_codes.text, "-\n");
    assert_true(scene->login.state.doomed);
    assert_false(scene->login.state.sent);
}

/* The log never has it, and a hang-up at its prompt is one. */
static void test_user_code_hang_up_and_log(void **state)
{
    (void)state;
    scene->user_code = "4711";
    assert_run(CS_VERDICT_ABORTED, "hang-up", "begin:device=d ask");
    start_over();
    scene->user_code = "4711";
    set_approvals(given, 1);
    cs_script_answer(&scene->script, "9753");
    cs_script_answer(&scene->script, "4711");
    assert_int_equal(run(), CS_VERDICT_ALLOW);
    assert_true(scene->lines.text == NULL || (strstr(scene->lines.text, "9753") == NULL &&
                                              strstr(scene->lines.text, "4711") == NULL));
}

/* ---- nobody can approve it any more ---- */

static void test_impossible_ends_at_once(void **state)
{
    static const struct {
        struct cs_approval_state state;
        enum cs_verdict verdict;
        const char *reason;
    } rows[] = {
        {{CS_APPROVAL_IMPOSSIBLE, CS_REASON_MISCONFIGURED},
         CS_VERDICT_MISCONFIGURED,
         "misconfigured"},
        {{CS_APPROVAL_IMPOSSIBLE, CS_REASON_ANSWER_LOST}, CS_VERDICT_DENY, "answer-lost"},
    };
    static const enum cs_wait_mode modes[] = {CS_WAIT_SILENT, CS_WAIT_LIVE, CS_WAIT_ENTER};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * CS_ARRAY_SIZE(modes); i++) {
        size_t row = i / CS_ARRAY_SIZE(modes);
        int64_t begun;

        start_over();
        scene->given.wait_mode = modes[i % CS_ARRAY_SIZE(modes)];
        set_approvals(&rows[row].state, 1);
        cs_script_answer(&scene->script, "");
        begun = cs_clock_ms();
        assert_int_equal(run(), rows[row].verdict);
        assert_string_equal(cs_reason_name(scene->login.result.reason), rows[row].reason);
        assert_int_equal(scene->polls, 1);
        assert_true(cs_clock_ms() - begun < 1000);
        assert_int_equal(scene->refusals, 0);    /* the user did nothing wrong */
        assert_null(strstr(shown(), "sign-in")); /* and was not too late either */
    }
}

/* ---- the server's pace ---- */

static void test_first_poll_after_the_interval(void **state)
{
    static const enum cs_wait_mode modes[] = {CS_WAIT_SILENT, CS_WAIT_LIVE, CS_WAIT_ENTER};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(modes); i++) {
        int64_t begun;

        start_over();
        scene->given.wait_mode = modes[i];
        scene->poll_ms = 7000;
        set_approvals(late, 2);
        for (int answers = 0; answers < 4; answers++)
            cs_script_answer(&scene->script, "");
        begun = cs_clock_ms();
        assert_int_equal(run(), CS_VERDICT_ALLOW);
        assert_int_equal(scene->polls, 2);
        assert_true(scene->polled - begun >= 2 * 7000);
        assert_true(scene->least_gap >= 7000);
    }
}

/* One Enter is enough for a poll, however long the server wants to be left alone. */
static void test_long_interval_after_enter(void **state)
{
    (void)state;
    scene->given.wait_mode = CS_WAIT_ENTER;
    scene->poll_ms = 25000;
    set_approvals(late, 2);
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "");
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d ask poll ask");
    assert_true(scene->least_gap >= 25000);
}

/* A wait that ends a little before the interval does is no reason to look without a pause. */
static void test_no_wait_is_empty(void **state)
{
    (void)state;
    for (unsigned poll_ms = 5000; poll_ms < 5100; poll_ms += 7) {
        start_over();
        scene->poll_ms = poll_ms;
        assert_int_equal(run(), CS_VERDICT_DENY);
        assert_true(scene->least_gap >= poll_ms);
        assert_uint_in_range(scene->polls, 10, 12);
        assert_uint_in_range(scene->script.waits, scene->polls, 2 * scene->polls + 4);
    }
}

/* ---- what counts as sent ---- */

/* Where nothing can have reached the phone, an outage is one like any before a request. */
static void test_sent_and_unsent(void **state)
{
    static const struct {
        bool unsent;
        enum cs_err begin_result;
        bool sent;
        unsigned refusals;
    } rows[] = {
        {false, CS_ERR_UNREACHABLE, true, 1}, {true, CS_ERR_UNREACHABLE, false, 0},
        {true, CS_ERR_CONFIG, false, 0},      {false, CS_ERR_HANGUP, true, 1},
        {true, CS_ERR_HANGUP, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->unsent = rows[i].unsent;
        scene->begin_result = rows[i].begin_result;
        assert_int_not_equal(run(), CS_VERDICT_ALLOW);
        if (scene->login.state.sent != rows[i].sent || scene->refusals != rows[i].refusals)
            fail_msg("row %zu: %d, %u", i, (int)scene->login.state.sent, scene->refusals);
    }
    start_over(); /* what was sent before stays sent */
    scene->login.state.sent = true;
    scene->unsent = true;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_int_equal(run(), CS_VERDICT_UNREACHABLE);
    assert_true(scene->login.state.sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_texts),
        IN_SCENE(test_word_on_a_device_with_a_name),
        IN_SCENE(test_consent_and_menu_line),
        IN_SCENE(test_user_code_is_asked_for_unseen),
        IN_SCENE(test_user_code_again_once),
        IN_SCENE(test_user_code_junk),
        IN_SCENE(test_user_code_hang_up_and_log),
        IN_SCENE(test_impossible_ends_at_once),
        IN_SCENE(test_first_poll_after_the_interval),
        IN_SCENE(test_long_interval_after_enter),
        IN_SCENE(test_no_wait_is_empty),
        IN_SCENE(test_sent_and_unsent),
    };

    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
