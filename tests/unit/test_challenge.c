/* SPDX-License-Identifier: Apache-2.0 */
/* A challenge from its beginning to its end, and what else a provider may be able to do: taking
 * back, one request at a time, an answer from elsewhere, its own pace, a say about the account. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "methods/challenge.h"
#include "methods/judge.h"
#include "methods/plan.h"
#include "methods/provider_call.h"
#include "tests/unit/scene.h"

enum { DEVICE, SMS, KEY };

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_DEVICE, "d", "phone");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    method_scene_add(scene, CS_FACTOR_U2F, "k", "");
    scene->login.state.user.found = scene->login.state.sought = true;
    scene->key = true;
    method_scene_use_every_slot(scene);
}

static enum cs_verdict run(size_t factor)
{
    const struct cs_method *method = cs_method_of(scene->factors[factor].kind);

    return method->run(&scene->login, method, &scene->factors[factor]);
}

/* How often the words of the calls hold `word`. */
static unsigned count(const char *word)
{
    unsigned found = 0;

    for (const char *at = method_scene_calls(scene); (at = strstr(at, word)) != NULL; at++)
        found++;
    return found;
}

/* ---- taking back ---- */

/* Whatever ends an approval but its being given. */
static void test_cancelled_at_every_end_but_an_approval(void **state)
{
    static const struct {
        struct cs_approval_state approval;
        enum cs_err poll_result;
        const char *answer; /* at "press Enter"; NULL: nobody is asked */
        unsigned cancels;
    } rows[] = {
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, CS_OK, NULL, 0},
        {{CS_APPROVAL_DENIED, CS_REASON_DENIED}, CS_OK, NULL, 1},
        {{CS_APPROVAL_FRAUD, CS_REASON_REPORTED_AS_FRAUD}, CS_OK, NULL, 1},
        {{CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}, CS_OK, NULL, 1},
        {{CS_APPROVAL_PENDING, CS_REASON_PENDING}, CS_OK, NULL, 1},
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, CS_ERR_HANGUP, NULL, 1},
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, CS_ERR_UNREACHABLE, NULL, 1},
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, CS_ERR_NOMEM, NULL, 1},
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, CS_OK, JUNK, 1},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->approvals = &rows[i].approval;
        scene->approvals_count = 1;
        scene->poll_result = rows[i].poll_result;
        if (rows[i].answer != NULL)
            scene->given.wait_mode = CS_WAIT_ENTER;
        for (int tries = 0; rows[i].answer != NULL && tries < 4; tries++)
            cs_script_answer(&scene->script, rows[i].answer);
        assert_int_equal(run(DEVICE) == CS_VERDICT_ALLOW, rows[i].cancels == 0);
        if (count("cancel:device=d") != rows[i].cancels || scene->held != 0)
            fail_msg("row %zu: '%s', %u held", i, method_scene_calls(scene), scene->held);
    }
}

/* Before the person is asked for anything else. */
static void test_cancelled_before_the_dialogue_goes_on(void **state)
{
    static const struct cs_approval_state given = {CS_APPROVAL_GIVEN, CS_REASON_APPROVED};

    (void)state;
    scene->given.wait_mode = CS_WAIT_ENTER;
    scene->approvals = &given;
    scene->approvals_count = 1;
    for (int tries = 0; tries < 4; tries++)
        cs_script_answer(&scene->script, JUNK);
    assert_int_equal(run(DEVICE), CS_VERDICT_MAX_TRIES);
    assert_string_equal(method_scene_calls(scene),
                        "begin:device=d ask cancel:device=d ask ask ask");
}

static void test_code_that_was_sent_is_cancelled_unless_it_was_right(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run(SMS), CS_VERDICT_ALLOW);
    assert_int_equal(count("cancel:"), 0);
    assert_int_equal(scene->held, 0);
    start_over();
    for (int tries = 0; tries < 3; tries++)
        cs_script_answer(&scene->script, "000000");
    assert_int_equal(run(SMS), CS_VERDICT_MAX_TRIES);
    assert_int_equal(count("cancel:sms=s"), 1);
    start_over(); /* hang-up at the prompt */
    assert_int_equal(run(SMS), CS_VERDICT_ABORTED);
    assert_int_equal(count("cancel:sms=s"), 1);
    assert_int_equal(scene->held, 0);
}

/* Each try has a challenge of its own, and leaves none behind. */
static void test_each_challenge_of_a_key_is_cancelled(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "000000");
    cs_script_answer(&scene->script, "000000");
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run(KEY), CS_VERDICT_ALLOW);
    assert_string_equal(method_scene_calls(scene),
                        "begin:u2f=k ask judge:u2f=000000 cancel:u2f=k begin:u2f=k ask "
                        "judge:u2f=000000 cancel:u2f=k begin:u2f=k ask judge:u2f=123456");
    assert_int_equal(scene->held, 0);
}

/* The login's own call is over when its person hangs up or its time ends. */
static void test_cancel_has_a_call_of_its_own(void **state)
{
    int64_t now;

    (void)state;
    scene->given.call.cancel_fd = 99;
    scene->given.call.deadline = cs_clock_ms() - 1000;
    scene->given.call.language = "fr";
    scene->poll_result = CS_ERR_HANGUP;
    assert_int_equal(run(DEVICE), CS_VERDICT_ABORTED);
    now = cs_clock_ms();
    assert_int_equal(count("cancel:device=d"), 1);
    assert_int_equal(scene->cancel_call.cancel_fd, -1);
    assert_uint_in_range(scene->cancel_call.deadline, now + 4000, now + 5000);
    assert_string_equal(scene->cancel_call.language, "fr");
}

/* The verdict stands, and the log tells. */
static void test_cancel_that_fails_changes_nothing(void **state)
{
    static const struct cs_approval_state denied = {CS_APPROVAL_DENIED, CS_REASON_DENIED};

    (void)state;
    scene->approvals = &denied;
    scene->approvals_count = 1;
    scene->cancel_result = CS_ERR_UNREACHABLE;
    assert_int_equal(run(DEVICE), CS_VERDICT_DENY);
    assert_string_equal(cs_reason_name(scene->login.result.reason), "denied");
    assert_contains(scene->lines.text, "challenge d could not be withdrawn: cancel is broken");
}

static void test_nothing_to_cancel_where_nothing_began(void **state)
{
    (void)state;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_int_equal(run(DEVICE), CS_VERDICT_UNREACHABLE);
    assert_string_equal(method_scene_calls(scene), "begin:device=d");
    assert_int_equal(scene->held, 0);
}

/* ---- one request at a time ---- */

static void test_turn_taken_before_the_request_and_given_after_the_cancel(void **state)
{
    static const struct cs_approval_state denied = {CS_APPROVAL_DENIED, CS_REASON_DENIED};

    (void)state;
    scene->ops.one_pending = ~0U;
    scene->approvals = &denied;
    scene->approvals_count = 1;
    assert_int_equal(run(DEVICE), CS_VERDICT_DENY);
    assert_string_equal(method_scene_calls(scene),
                        "take-turn begin:device=d poll cancel:device=d give-turn");
}

static void test_turn_given_back_whatever_happens(void **state)
{
    (void)state;
    scene->ops.one_pending = ~0U;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_int_equal(run(DEVICE), CS_VERDICT_UNREACHABLE);
    assert_string_equal(method_scene_calls(scene), "take-turn begin:device=d give-turn");
    start_over();
    scene->ops.one_pending = ~0U;
    cs_script_answer(&scene->script, "000000");
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run(KEY), CS_VERDICT_ALLOW);
    assert_int_equal(count("take-turn"), 2);
    assert_int_equal(count("give-turn"), 2);
}

/* Nothing is sent without one, and nobody is let in. */
static void test_no_turn_no_request(void **state)
{
    static const enum cs_err rows[] = {CS_ERR_TIMEOUT, CS_ERR_HANGUP};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->ops.one_pending = ~0U;
        scene->turn_result = rows[i];
        assert_int_equal(run(DEVICE), CS_VERDICT_ABORTED);
        assert_string_equal(method_scene_calls(scene), "take-turn");
    }
}

/* Another one now would do harm: the next login is held back by whoever keeps the turns. */
static void test_rest_is_handed_on_with_the_turn(void **state)
{
    static const struct cs_approval_state denied = {CS_APPROVAL_DENIED, CS_REASON_OVERTAKEN};

    (void)state;
    scene->ops.one_pending = CS_KIND(CS_FACTOR_DEVICE);
    scene->approvals = &denied;
    scene->approvals_count = 1;
    scene->rests_ms = 5000;
    assert_int_equal(run(DEVICE), CS_VERDICT_DENY);
    assert_int_equal(scene->rest_ms, 5000);
    start_over();
    scene->ops.one_pending = CS_KIND(CS_FACTOR_DEVICE);
    scene->turn_result = CS_ERR_RESTING;
    assert_int_equal(run(DEVICE), CS_VERDICT_DENY);
    assert_string_equal(cs_reason_name(scene->login.result.reason), "held-back");
    assert_string_equal(method_scene_calls(scene), "take-turn");
    start_over();
    scene->ops.one_pending = CS_KIND(CS_FACTOR_DEVICE);
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run(SMS), CS_VERDICT_ALLOW); /* of other kinds there may be several */
    assert_int_equal(count("take-turn"), 0);
}

/* It looks like one that was denied, and the provider is not asked. */
static void test_challenge_that_was_over_before_it_began(void **state)
{
    static const struct cs_approval_state given = {CS_APPROVAL_GIVEN, CS_REASON_APPROVED};

    (void)state;
    scene->approvals = &given;
    scene->approvals_count = 1;
    scene->over_before = CS_REASON_UNKNOWN_IDENTITY;
    assert_int_equal(run(DEVICE), CS_VERDICT_DENY);
    assert_string_equal(cs_reason_name(scene->login.result.reason), "unknown-identity");
    assert_string_equal(method_scene_calls(scene), "begin:device=d cancel:device=d");
}

/* ---- what a challenge brings ---- */

static void test_fields_reach_the_method(void **state)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = &scene->login, .factor = &scene->factors[DEVICE]};

    (void)state;
    scene->url = "https://id.example.com/device";
    scene->code = "NVTG-GVJF";
    scene->correlation = "42";
    scene->line = "U2F1.line";
    scene->poll_ms = 5000;
    assert_int_equal(cs_open_challenge_begin(&open, NULL), CS_OK);
    assert_string_equal(open.challenge.url, scene->url);
    assert_string_equal(open.challenge.code, scene->code);
    assert_string_equal(open.challenge.correlation, scene->correlation);
    assert_string_equal(open.challenge.request, scene->line);
    assert_int_equal(open.challenge.poll_ms, 5000);
    assert_ptr_equal(open.challenge.state, &scene->held);
    assert_int_equal(scene->held, 1);
    cs_open_challenge_end(&open);
    assert_int_equal(scene->held, 0);
    assert_string_equal(open.challenge.url, "");
    assert_null(open.challenge.state);
}

/* The method polls every two seconds, another interval is the provider's: from the beginning, or
 * when it asks for more patience. */
static void test_pace_is_the_providers(void **state)
{
    static const struct {
        unsigned poll_ms, slow_down_ms, least, most;
    } rows[] = {{0, 0, 29, 32}, {5000, 0, 11, 13}, {500, 0, 90, 121}, {5000, 10000, 6, 7}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->poll_ms = rows[i].poll_ms;
        scene->slow_down_ms = rows[i].slow_down_ms;
        assert_int_equal(run(DEVICE), CS_VERDICT_DENY); /* after 60 s */
        if (scene->polls < rows[i].least || scene->polls > rows[i].most)
            fail_msg("%u ms, then %u: %u polls", rows[i].poll_ms, rows[i].slow_down_ms,
                     scene->polls);
    }
}

/* However the person is kept informed meanwhile, the provider is never asked sooner. */
static void test_pace_holds_in_every_mode(void **state)
{
    static const enum cs_wait_mode modes[] = {CS_WAIT_ENTER, CS_WAIT_LIVE, CS_WAIT_SILENT};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(modes); i++) {
        start_over();
        scene->given.wait_mode = modes[i];
        scene->poll_ms = 3000;
        for (int presses = 0; modes[i] == CS_WAIT_ENTER && presses < 20; presses++)
            cs_script_answer(&scene->script, "");
        assert_int_equal(run(DEVICE), CS_VERDICT_DENY);
        if (scene->least_gap < 3000 || scene->polls < 12)
            fail_msg("mode %d: %u polls, at least %d ms apart", (int)modes[i], scene->polls,
                     (int)scene->least_gap);
    }
}

/* ---- an approval elsewhere in place of an answer ---- */

static struct cs_outcome judge(const char *answer)
{
    const struct cs_question question = {.kind = CS_FACTOR_SMSOTP, .factor = &scene->factors[SMS]};
    const struct cs_secret secret = {(char *)(uintptr_t)answer, strlen(answer)};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    if (cs_judge(&scene->login, &question, &secret, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    return outcome;
}

static void accept_empty(void)
{
    start_over();
    scene->ops.accepts_empty = CS_KIND(CS_FACTOR_SMSOTP);
    scene->settings.approves_elsewhere = true;
}

static void test_empty_answer_is_approved_elsewhere(void **state)
{
    (void)state;
    accept_empty();
    assert_int_equal(judge("").judgement, CS_JUDGED_RIGHT);
    assert_string_equal(scene->judged.text, "demo\n"); /* nothing was guessed: it does not count */
    assert_int_equal(scene->refusals, 0);
    assert_false(scene->login.state.answered);
    accept_empty();
    scene->ops.one_pending = ~0U;
    assert_int_equal(judge("").judgement, CS_JUDGED_RIGHT);
    assert_string_equal(method_scene_calls(scene), "take-turn judge:sms= give-turn");
}

static void test_empty_answer_refused_elsewhere(void **state)
{
    struct cs_outcome outcome;

    (void)state;
    accept_empty();
    scene->settings.approves_elsewhere = false;
    outcome = judge("");
    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
    assert_string_equal(cs_reason_name(outcome.reason), "wrong-code"); /* the provider's word */
    assert_int_equal(scene->refusals, 1);
}

/* Only where the provider says so for that kind, of somebody, and where something may be sent that
 * nobody asked for: sshd leaves an empty answer as it is where it refuses the account. */
static void test_empty_answer_is_none_elsewhere(void **state)
{
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        struct cs_outcome outcome;

        accept_empty();
        if (kind == 0)
            scene->ops.accepts_empty = CS_KIND(CS_FACTOR_TOTP);
        if (kind == 1)
            scene->key = false;
        if (kind == 2)
            scene->identity = NULL;
        if (kind == 3)
            scene->login.state.doomed = scene->autopush = true;
        if (kind == 4)
            scene->quiet = true;
        if (kind == 5) {
            scene->key = false;
            scene->key_if_answered = true;
        }
        outcome = judge("");
        assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
        assert_string_equal(cs_reason_name(outcome.reason), "empty-answer");
        assert_int_equal(count("judge:"), 0);
    }
}

/* ---- slots that are missing, and those that are there ---- */

static void test_account_has_its_say(void **state)
{
    struct cs_standing standing = {.may_log_in = true};
    struct cs_error error = {0};

    (void)state;
    (void)snprintf(scene->login.state.user.id, sizeof scene->login.state.user.id, "5");
    scene->standing = (struct cs_standing){.reason = CS_REASON_ACCOUNT_LOCKED};
    assert_int_equal(cs_call_account(&scene->login, &standing, &error), CS_OK);
    assert_false(standing.may_log_in);
    assert_string_equal(cs_reason_name(standing.reason), "account-locked");
    assert_string_equal(method_scene_calls(scene), "account:5");
    scene->standing = (struct cs_standing){.may_log_in = true};
    assert_int_equal(cs_call_account(&scene->login, &standing, &error), CS_OK);
    assert_true(standing.may_log_in);
    scene->account_result = CS_ERR_UNREACHABLE; /* whatever it said before that */
    assert_int_equal(cs_call_account(&scene->login, &standing, &error), CS_ERR_UNREACHABLE);
    assert_false(standing.may_log_in);
}

static void test_missing_slots(void **state)
{
    struct cs_standing standing = {0};
    char language[CS_PROVIDER_LANGUAGE_SIZE] = "xx";
    struct cs_error error = {0};

    (void)state;
    assert_true(cs_call_knows_languages(&scene->provider));
    assert_int_equal(cs_call_language(&scene->provider, "demo", language, &error), CS_OK);
    assert_string_equal(language, "fr");
    scene->ops = method_scene_ops;
    scene->ops.begin = NULL;
    scene->ops.poll = NULL;
    assert_false(cs_call_knows_languages(&scene->provider));
    assert_int_equal(cs_call_language(&scene->provider, "demo", language, &error), CS_OK);
    assert_string_equal(language, "");
    assert_int_equal(cs_call_account(&scene->login, &standing, &error), CS_OK);
    assert_true(standing.may_log_in);
    assert_true(standing.abstains); /* no vote for anybody */
    assert_int_equal(run(DEVICE), CS_VERDICT_UNAVAILABLE);
    assert_contains(scene->lines.text, "provider 'pretend' can send nothing");
    scene->ops.begin = method_scene_ops.begin;
    assert_int_equal(run(DEVICE), CS_VERDICT_UNAVAILABLE);
    assert_contains(scene->lines.text, "provider 'pretend' cannot tell what was approved");
}

/* The kinds are those of the provider as it was configured. */
static void test_kinds_are_asked_for(void **state)
{
    (void)state;
    scene->kinds = CS_KIND(CS_FACTOR_TOTP);
    assert_int_equal(cs_plan_run(cs_plan_find("smsotp"), &scene->login), CS_VERDICT_MISCONFIGURED);
    scene->kinds |= CS_KIND(CS_FACTOR_SMSOTP);
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(cs_plan_run(cs_plan_find("smsotp"), &scene->login), CS_VERDICT_ALLOW);
}

/* Each kind has the method that is about it; a password has none. */
static void test_every_kind_has_its_method(void **state)
{
    (void)state;
    assert_null(cs_method_of(CS_FACTOR_PASSWORD));
    for (unsigned kind = 0; kind < CS_FACTOR_KINDS; kind++) {
        const struct cs_method *method = cs_method_of(kind);

        if (kind != CS_FACTOR_PASSWORD && (method == NULL || method->kind != kind))
            fail_msg("methods/registry.c: kind %u has the method %s", kind,
                     method ? method->name : "of nobody");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_cancelled_at_every_end_but_an_approval),
        IN_SCENE(test_cancelled_before_the_dialogue_goes_on),
        IN_SCENE(test_code_that_was_sent_is_cancelled_unless_it_was_right),
        IN_SCENE(test_each_challenge_of_a_key_is_cancelled),
        IN_SCENE(test_cancel_has_a_call_of_its_own),
        IN_SCENE(test_cancel_that_fails_changes_nothing),
        IN_SCENE(test_nothing_to_cancel_where_nothing_began),
        IN_SCENE(test_turn_taken_before_the_request_and_given_after_the_cancel),
        IN_SCENE(test_turn_given_back_whatever_happens),
        IN_SCENE(test_no_turn_no_request),
        IN_SCENE(test_rest_is_handed_on_with_the_turn),
        IN_SCENE(test_challenge_that_was_over_before_it_began),
        IN_SCENE(test_fields_reach_the_method),
        IN_SCENE(test_pace_is_the_providers),
        IN_SCENE(test_pace_holds_in_every_mode),
        IN_SCENE(test_empty_answer_is_approved_elsewhere),
        IN_SCENE(test_empty_answer_refused_elsewhere),
        IN_SCENE(test_empty_answer_is_none_elsewhere),
        IN_SCENE(test_account_has_its_say),
        IN_SCENE(test_missing_slots),
        IN_SCENE(test_kinds_are_asked_for),
        IN_SCENE(test_every_kind_has_its_method),
    };

    return cmocka_run_group_tests_name("challenge", tests, NULL, NULL);
}
