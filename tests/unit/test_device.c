/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on another device: every way it may end, and every way it is awaited. */
#include "tests/unit/unit.h"

#include <syslog.h>

#include "base/clock.h"
#include "methods/method.h"
#include "tests/unit/scene.h"

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_DEVICE, "d", "Demo's phone");
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
    assert_ran("device", run(), verdict, calls);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
}

static const struct cs_approval_state given[] = {{CS_APPROVAL_PENDING, CS_REASON_PENDING},
                                                 {CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};
static const struct cs_approval_state denied[] = {{CS_APPROVAL_DENIED, CS_REASON_DENIED}};

/* Only an approval allows; whatever else ends it makes the next one be asked for. */
static void test_every_state(void **state)
{
    static const struct {
        struct cs_approval_state state;
        enum cs_verdict verdict;
        unsigned refusals;
    } rows[] = {
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, CS_VERDICT_ALLOW, 0},
        {{CS_APPROVAL_DENIED, CS_REASON_DENIED}, CS_VERDICT_DENY, 1},
        {{CS_APPROVAL_DENIED, CS_REASON_BIOMETRY_FAILED}, CS_VERDICT_DENY, 1},
        {{CS_APPROVAL_FRAUD, CS_REASON_REPORTED_AS_FRAUD}, CS_VERDICT_DENY, 1},
        {{CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}, CS_VERDICT_DENY, 1},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        set_approvals(&rows[i].state, 1);
        assert_run(rows[i].verdict, cs_reason_name(rows[i].state.reason), "begin:device=d poll");
        assert_int_equal(scene->login.result.last, rows[i].state.reason);
        assert_int_equal(scene->refusals, rows[i].refusals);
        assert_int_equal(scene->polls, 1);
    }
}

static void test_fraud_is_loud(void **state)
{
    static const struct cs_approval_state fraud[] = {
        {CS_APPROVAL_FRAUD, CS_REASON_REPORTED_AS_FRAUD}};
    char head[16];

    (void)state;
    set_approvals(fraud, 1);
    assert_int_equal(run(), CS_VERDICT_DENY);
    (void)snprintf(head, sizeof head, "%d the user", LOG_ALERT);
    assert_contains(scene->lines.text, head);
    assert_contains(scene->lines.text, "reported the request as fraud");
    start_over();
    set_approvals(denied, 1);
    assert_int_equal(run(), CS_VERDICT_DENY);
    assert_null(strstr(scene->lines.text, "fraud"));
}

/* ---- how long ---- */

static void test_nobody_answers(void **state)
{
    int64_t before = cs_clock_ms();

    (void)state;
    assert_run(CS_VERDICT_DENY, "expired", "begin:device=d poll");
    assert_string_equal(cs_reason_name(scene->login.result.last), "expired");
    assert_int_equal(scene->refusals, 1);
    assert_uint_in_range(scene->waited_until - before, 59 * 1000, 60 * 1000 + 200);
    assert_uint_in_range(scene->polls, 29, 32); /* one in two seconds */
}

/* The login's own end comes first where it is nearer. */
static void test_never_longer_than_the_login(void **state)
{
    int64_t before = cs_clock_ms();

    (void)state;
    scene->options.poll_timeout = 600;
    scene->given.call.deadline = before + 20 * 1000;
    assert_run(CS_VERDICT_DENY, "expired", "begin:device=d poll");
    assert_uint_in_range(scene->waited_until - before, 19 * 1000, 20 * 1000);
}

/* ---- the three ways of waiting ---- */

static void test_silent_shows_nothing(void **state)
{
    (void)state;
    set_approvals(given, 2);
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d poll");
    assert_int_equal(scene->script.rounds, 0);
    start_over();
    set_approvals(denied, 1);
    assert_int_equal(run(), CS_VERDICT_DENY);
    assert_null(scene->script.shown.text);
}

static void test_live_tells_and_polls(void **state)
{
    (void)state;
    scene->given.wait_mode = CS_WAIT_LIVE;
    set_approvals(given, 2);
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d poll");
    assert_string_equal(scene->script.shown.text, "info Approve the request on Demo's phone.\n");
    start_over();
    scene->given.wait_mode = CS_WAIT_LIVE;
    set_approvals(denied, 1);
    assert_int_equal(run(), CS_VERDICT_DENY);
    assert_string_equal(scene->script.shown.text, "info Approve the request on Demo's phone.\n"
                                                  "info The request was denied on Demo's phone.\n");
}

static void test_enter_asks_and_polls_after_it(void **state)
{
    static const struct cs_approval_state late[] = {
        {CS_APPROVAL_PENDING, CS_REASON_PENDING}, {CS_APPROVAL_PENDING, CS_REASON_PENDING},
        {CS_APPROVAL_PENDING, CS_REASON_PENDING}, {CS_APPROVAL_PENDING, CS_REASON_PENDING},
        {CS_APPROVAL_PENDING, CS_REASON_PENDING}, {CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};

    (void)state;
    scene->given.wait_mode = CS_WAIT_ENTER;
    set_approvals(given, 2);
    cs_script_answer(&scene->script, "");
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d ask poll");
    assert_string_equal(scene->script.shown.text,
                        "echo Approve the request on Demo's phone. \\nThen press Enter here: \n");
    start_over(); /* pressed too early: asked again */
    scene->given.wait_mode = CS_WAIT_ENTER;
    set_approvals(late, CS_ARRAY_SIZE(late));
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "");
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d ask poll ask");
    assert_contains(scene->script.shown.text, "echo The request has not been approved yet. \\n");
}

static void test_number_to_choose_is_shown(void **state)
{
    (void)state;
    scene->given.wait_mode = CS_WAIT_ENTER;
    scene->correlation = "42";
    set_approvals(given, 2);
    cs_script_answer(&scene->script, "");
    assert_run(CS_VERDICT_ALLOW, "approved", "begin:device=d ask poll");
    assert_contains(scene->script.shown.text, "echo Choose the number 42 on Demo's phone. \\n");
}

/* The answer at "press Enter" shows that sshd refuses the account: an approval changes nothing. */
static void test_enter_with_junk_never_allows(void **state)
{
    (void)state;
    scene->given.wait_mode = CS_WAIT_ENTER;
    set_approvals(&given[1], 1);
    cs_script_answer(&scene->script, JUNK);
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, JUNK);
    assert_run(CS_VERDICT_MAX_TRIES, "refused-by-sshd", "begin:device=d ask ask ask ask");
    assert_true(scene->login.state.doomed);
}

/* ---- what breaks ---- */

static void test_broken_calls_never_allow(void **state)
{
    (void)state;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_run(CS_VERDICT_UNREACHABLE, "unreachable", "begin:device=d");
    start_over();
    scene->poll_result = CS_ERR_NOMEM;
    assert_run(CS_VERDICT_UNAVAILABLE, "unavailable", "begin:device=d poll");
    start_over();
    scene->given.wait_mode = CS_WAIT_ENTER; /* and nobody presses it */
    set_approvals(&given[1], 1);
    assert_run(CS_VERDICT_ABORTED, "hang-up", "begin:device=d ask");
    assert_int_equal(scene->refusals, 1);
}

/* While the phone asks: the wait goes on at its beat, and what comes of it counts. */
static void test_short_failure_does_not_end_the_wait(void **state)
{
    static const enum cs_wait_mode modes[] = {CS_WAIT_SILENT, CS_WAIT_LIVE, CS_WAIT_ENTER};
    static const enum cs_err failures[] = {CS_ERR_UNREACHABLE, CS_ERR_UNAVAILABLE, CS_ERR_CONFIG,
                                           CS_ERR_INPUT,       CS_ERR_PROTOCOL,    CS_ERR_TIMEOUT};

    (void)state;
    for (size_t i = 0; i < 2 * CS_ARRAY_SIZE(modes) * CS_ARRAY_SIZE(failures); i++) {
        bool approved = i % 2 == 0;
        enum cs_wait_mode mode = modes[i / 2 % CS_ARRAY_SIZE(modes)];

        start_over();
        scene->given.wait_mode = mode;
        scene->poll_result = failures[i / 2 / CS_ARRAY_SIZE(modes)];
        scene->outages = 5;
        set_approvals(approved ? &given[1] : denied, 1);
        for (int answers = 0; answers < 9; answers++)
            cs_script_answer(&scene->script, "");
        assert_int_equal(run(), approved ? CS_VERDICT_ALLOW : CS_VERDICT_DENY);
        assert_int_equal(scene->polls, 1);
        /* Those who read look once more at the end of each text. */
        assert_true(mode != CS_WAIT_SILENT || scene->least_gap >= 1900);
        assert_true(scene->login.state.sent);
    }
}

/* Only its own end ends it, with the verdict of what failed last; none of them lets in. */
static void test_failure_to_the_end_of_the_wait(void **state)
{
    static const struct {
        enum cs_err failure;
        enum cs_verdict verdict;
        const char *reason;
    } rows[] = {{CS_ERR_UNREACHABLE, CS_VERDICT_UNREACHABLE, "unreachable"},
                {CS_ERR_UNAVAILABLE, CS_VERDICT_UNAVAILABLE, "unavailable"},
                {CS_ERR_CONFIG, CS_VERDICT_MISCONFIGURED, "misconfigured"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        int64_t begun;

        start_over();
        scene->options.poll_timeout = 30;
        scene->poll_result = rows[i].failure;
        scene->outages = 1000;
        set_approvals(&given[1], 1);
        begun = cs_clock_ms();
        assert_int_equal(run(), rows[i].verdict);
        assert_string_equal(cs_reason_name(scene->login.result.reason), rows[i].reason);
        assert_uint_in_range(scene->failed_polls, 15, 17);
        assert_uint_in_range(cs_clock_ms() - begun, 30 * 1000 - 100, 30 * 1000 + 100);
        assert_true(scene->login.state.sent);
        assert_int_equal(scene->refusals, 1);
    }
}

/* What ends the login, or this process, is not waited out. */
static void test_own_end_ends_the_wait(void **state)
{
    static const enum cs_err ends[] = {CS_ERR_HANGUP, CS_ERR_CANCELLED, CS_ERR_NOMEM};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ends); i++) {
        start_over();
        scene->poll_result = ends[i];
        scene->outages = 1;
        set_approvals(&given[1], 1);
        assert_int_not_equal(run(), CS_VERDICT_ALLOW);
        assert_int_equal(scene->failed_polls, 1);
        assert_int_equal(scene->polls, 0);
    }
}

/* A message that got no answer may have arrived. */
static void test_begin_without_an_answer_counts_as_sent(void **state)
{
    (void)state;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_run(CS_VERDICT_UNREACHABLE, "unreachable", "begin:device=d");
    assert_true(scene->login.state.sent);
}

/* Otherwise a client that hangs up and returns would have one request after another sent. */
static void test_left_behind_counts_as_refused(void **state)
{
    static const enum cs_err ends[] = {CS_ERR_HANGUP, CS_ERR_UNREACHABLE};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ends); i++) {
        start_over();
        scene->poll_result = ends[i];
        assert_int_not_equal(run(), CS_VERDICT_ALLOW);
        assert_int_equal(scene->refusals, 1);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(ends); i++) {
        start_over(); /* the phone may ring although the call failed */
        scene->begin_result = ends[i];
        assert_int_not_equal(run(), CS_VERDICT_ALLOW);
        assert_int_equal(scene->refusals, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_every_state),
        IN_SCENE(test_fraud_is_loud),
        IN_SCENE(test_nobody_answers),
        IN_SCENE(test_never_longer_than_the_login),
        IN_SCENE(test_silent_shows_nothing),
        IN_SCENE(test_live_tells_and_polls),
        IN_SCENE(test_enter_asks_and_polls_after_it),
        IN_SCENE(test_number_to_choose_is_shown),
        IN_SCENE(test_enter_with_junk_never_allows),
        IN_SCENE(test_broken_calls_never_allow),
        IN_SCENE(test_short_failure_does_not_end_the_wait),
        IN_SCENE(test_failure_to_the_end_of_the_wait),
        IN_SCENE(test_own_end_ends_the_wait),
        IN_SCENE(test_begin_without_an_answer_counts_as_sent),
        IN_SCENE(test_left_behind_counts_as_refused),
    };

    return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
