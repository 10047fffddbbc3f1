/* SPDX-License-Identifier: Apache-2.0 */
/* What methods do alike: judging, what it costs, and how a broken login ends. */
#include "tests/unit/unit.h"

#include <syslog.h>

#include "base/clock.h"
#include "conversation/answer.h"
#include "methods/judge.h"
#include "methods/steps.h"
#include "tests/unit/scene.h"

enum { HOLD_MS = 250 };

static const struct cs_question about_totp = {.kind = CS_FACTOR_TOTP};

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
}

static struct cs_outcome judge(const struct cs_question *question, const char *answer)
{
    const struct cs_secret secret = {(char *)(uintptr_t)answer, strlen(answer)};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    if (cs_judge(&scene->login, question, &secret, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    return outcome;
}

static void assert_judged(const char *answer, enum cs_judgement judgement, const char *reason,
                          const char *calls)
{
    struct cs_outcome outcome = judge(&about_totp, answer);

    assert_int_equal(outcome.judgement, judgement);
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_string_equal(method_scene_calls(scene), calls);
}

/* ---- the provider's own settings ---- */

/* What is a right code says this login's setting, whose shape no method knows. */
static void test_provider_judges_by_the_settings_of_the_login(void **state)
{
    static const struct {
        const char *right, *answer;
        enum cs_judgement judgement;
    } rows[] = {
        {"777777", "777777", CS_JUDGED_RIGHT},
        {"777777", "123456", CS_JUDGED_WRONG},
        {"123456", "123456", CS_JUDGED_RIGHT},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->settings.right_code = rows[i].right;
        assert_int_equal(judge(&about_totp, rows[i].answer).judgement, rows[i].judgement);
    }
}

/* ---- time ---- */

/* A refusal comes at the next step of 250 ms after the answer, whatever it took. */
static void test_refusal_held_to_the_next_step(void **state)
{
    static const int64_t lasts[] = {0, 10, 200, 240, 260, 490, 1100};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(lasts); i++) {
        int64_t before, after, steps;

        start_over();
        scene->judge_ms = lasts[i];
        before = cs_clock_ms();
        assert_judged("000000", CS_JUDGED_WRONG, "wrong-code",
                      "find:demo list:totp judge:totp=000000");
        after = scene->waited_until - before;
        steps = (lasts[i] + HOLD_MS) / HOLD_MS * HOLD_MS;
        /* Each look at the clock is a millisecond. */
        if (scene->script.waits != 1 || after < steps || after > steps + 3)
            fail_msg("a judgement of %d ms is answered after %d ms", (int)lasts[i], (int)after);
    }
}

/* Whoever it is and whatever is wrong: the same wait. */
static void test_refusals_take_alike(void **state)
{
    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        int64_t before;

        start_over();
        scene->judge_ms = 120;
        scene->identity = kind == 0 ? NULL : "demo";
        scene->missing = kind == 1 ? CS_REASON_UNKNOWN_IDENTITY : CS_REASON_NONE;
        scene->factors_count = kind == 2 ? 0 : 1;
        before = cs_clock_ms();
        assert_int_equal(judge(&about_totp, kind == 3 ? "" : "000000").judgement, CS_JUDGED_WRONG);
        assert_int_equal(scene->script.waits, 1);
        assert_uint_in_range(scene->waited_until - before, HOLD_MS, HOLD_MS + 5);
    }
}

/* At a slow tenant an account that makes no call takes as long as one that makes four. */
static void test_refusals_take_alike_whatever_calls_they_make(void **state)
{
    int64_t slow, quick;

    (void)state;
    scene->slow = true;
    scene->judge_ms = 600;
    slow = cs_clock_ms();
    assert_int_equal(judge(&about_totp, "000000").judgement, CS_JUDGED_WRONG);
    slow = scene->waited_until - slow;
    scene->identity = NULL;
    scene->judge_ms = 0;
    quick = cs_clock_ms();
    assert_int_equal(judge(&about_totp, "000000").judgement, CS_JUDGED_WRONG);
    assert_int_equal((scene->waited_until - quick) / HOLD_MS, slow / HOLD_MS);
    assert_int_equal(slow / HOLD_MS, 3);
    assert_int_equal(scene->paced, CS_PACE_FIRST_CODE);
    scene->login.state.line_started = cs_clock_ms();
    scene->login.state.judged = 2;
    (void)judge(&about_totp, "000000");
    assert_int_equal(scene->paced, CS_PACE_LATER_LINE);
}

static void test_right_answers_and_local_providers_do_not_wait(void **state)
{
    (void)state;
    assert_int_equal(judge(&about_totp, "123456").judgement, CS_JUDGED_RIGHT);
    assert_int_equal(scene->script.waits, 0);
    start_over();
    scene->ops.remote = false;
    assert_int_equal(judge(&about_totp, "000000").judgement, CS_JUDGED_WRONG);
    assert_int_equal(scene->script.waits, 0);
}

/* ---- who is asked about ---- */

static void test_unknown_user_makes_no_call(void **state)
{
    (void)state;
    scene->identity = NULL;
    assert_judged("123456", CS_JUDGED_WRONG, "unknown-user", "");
    assert_judged("123456", CS_JUDGED_WRONG, "unknown-user", "");
}

static void test_user_without_record_or_factor_is_not_judged(void **state)
{
    (void)state;
    scene->missing = CS_REASON_INACTIVE;
    assert_judged("123456", CS_JUDGED_WRONG, "inactive", "find:demo");
    assert_judged("123456", CS_JUDGED_WRONG, "inactive", "find:demo"); /* found out once */
    assert_contains(scene->lines.text, "no usable user: inactive");
    start_over();
    scene->factors_count = 0;
    assert_judged("123456", CS_JUDGED_WRONG, "not-enrolled", "find:demo list:totp");
    assert_judged("123456", CS_JUDGED_WRONG, "not-enrolled", "find:demo list:totp");
}

static void test_look_ups_made_once(void **state)
{
    (void)state;
    assert_judged("000000", CS_JUDGED_WRONG, "wrong-code", "find:demo list:totp judge:totp=000000");
    assert_judged("123456", CS_JUDGED_RIGHT, "totp",
                  "find:demo list:totp judge:totp=000000 judge:totp=123456");
}

/* A provider that finds everything out by itself gets one call, for everybody alike. */
static void test_provider_without_lists_judges_everybody(void **state)
{
    (void)state;
    scene->ops.judges_unlisted = true;
    assert_judged("123456", CS_JUDGED_RIGHT, "totp", "judge:totp=123456");
    assert_string_equal(scene->user, "demo");
    assert_string_equal(scene->subject, "demo");
    start_over();
    scene->ops.judges_unlisted = true;
    scene->identity = NULL;
    assert_judged("123456", CS_JUDGED_WRONG, "unknown-user", "judge:totp=123456");
    assert_string_equal(scene->user, "");
    assert_string_equal(scene->subject, " 7"); /* the stand-in */
    assert_true(scene->countable);
}

/* Unknown, refused by sshd, or an answer that sshd has put there: whatever a provider says of it.
 */
static void test_nobody_is_never_right(void **state)
{
    static const char junk[] = "\b\n\r\x7f"
                               "IN";

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        start_over();
        scene->ops.judges_unlisted = true;
        scene->settings.lenient = true;
        scene->identity = kind == 0 ? NULL : "demo";
        scene->login.state.doomed = kind == 1;
        if (kind == 2) /* it dooms the login, and so the answer behind it */
            assert_int_equal(judge(&about_totp, junk).judgement, CS_JUDGED_WRONG);
        assert_int_equal(judge(&about_totp, "123456").judgement, CS_JUDGED_WRONG);
        assert_string_equal(scene->user, "");
    }
}

/* ---- what counts ---- */

static void test_proven_when_judged(void **state)
{
    (void)state;
    scene->key_if_answered = true;
    assert_judged("000000", CS_JUDGED_WRONG, "wrong-code", "find:demo list:totp judge:totp=000000");
    assert_true(scene->proven && scene->countable);
    start_over();
    judge(&about_totp, "000000");
    assert_false(scene->proven);
    scene->login.state.password_accepted = true;
    judge(&about_totp, "000000");
    assert_true(scene->proven);
}

/* Junk: the account is refused by sshd; nothing that comes later counts as the user's. */
static void test_answers_that_are_none(void **state)
{
    static char too_long[CS_ANSWER_BYTES_MAX + 2];
    const char *const rows[][2] = {
        {"", "empty-answer"}, {too_long, "answer-too-long"}, {JUNK, "refused-by-sshd"}};

    (void)state;
    memset(too_long, '1', sizeof too_long - 1);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->key = true;
        assert_judged(rows[i][0], CS_JUDGED_WRONG, rows[i][1], "");
        assert_false(scene->login.state.answered);
        start_over();
        scene->key = scene->ops.judges_unlisted = true;
        assert_string_equal(cs_reason_name(judge(&about_totp, rows[i][0]).reason), rows[i][1]);
        assert_string_equal(scene->user, "");
        assert_false(scene->countable || scene->proven);
    }
    assert_true(scene->login.state.doomed);
    assert_false(cs_is_proven(&scene->login));
    assert_int_equal(judge(&about_totp, "123456").judgement, CS_JUDGED_WRONG);
    assert_string_equal(scene->user, "");
    scene->login.state.password_accepted = true;
    assert_false(cs_is_proven(&scene->login));
}

/* ---- answers of a form that nothing has ---- */

static bool six_digits(enum cs_factor_kind kind, const struct cs_secret *answer)
{
    return kind == CS_FACTOR_PASSWORD ||
           (answer->length == 6 && strspn(answer->data, "0123456789") == 6);
}

/* It says nothing about the user, is never right, and makes no call. */
static void test_wrong_form_says_nothing_about_the_user(void **state)
{
    static const char *const rows[] = {"Summer2024!", "12345", "1234567", "abcdef",
                                       "-",           " ",     "\u00a0"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->ops.fits = six_digits;
        scene->key = true;
        assert_judged(rows[i], CS_JUDGED_WRONG, "wrong-form", "");
        assert_true(scene->login.state.answered);
        start_over(); /* and at a provider that counts for itself, it is nobody's */
        scene->ops.fits = six_digits;
        scene->key = scene->ops.judges_unlisted = true;
        assert_string_equal(cs_reason_name(judge(&about_totp, rows[i]).reason), "wrong-form");
        assert_string_equal(scene->user, "");
        assert_false(scene->countable || scene->proven);
    }
}

/* What was found wrong elsewhere is counted by the provider, and never right. */
static void test_known_to_be_wrong(void **state)
{
    const struct cs_question question = {.kind = CS_FACTOR_TOTP, .wrong = CS_REASON_WRONG_PIN};
    struct cs_outcome outcome;

    (void)state;
    scene->ops.fits = six_digits;
    outcome = judge(&question, "a wrong PIN");
    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
    assert_string_equal(cs_reason_name(outcome.reason), "wrong-pin");
    assert_true(scene->countable);
    outcome = judge(&question, "123456"); /* which is right */
    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
    assert_string_equal(cs_reason_name(outcome.reason), "wrong-pin");
    start_over();
    scene->identity = NULL;
    assert_string_equal(cs_reason_name(judge(&question, "a wrong PIN").reason), "unknown-user");
}

static void test_the_same_wrong_form_twice_is_over(void **state)
{
    struct cs_outcome outcome;

    (void)state;
    scene->ops.fits = six_digits;
    assert_int_equal(judge(&about_totp, "Summer2024!").judgement, CS_JUDGED_WRONG);
    assert_int_equal(judge(&about_totp, "Summer2025!").judgement, CS_JUDGED_WRONG);
    assert_int_equal(judge(&about_totp, "000000").judgement, CS_JUDGED_WRONG);
    outcome = judge(&about_totp, " Summer2024!"); /* also if another came between */
    assert_int_equal(outcome.judgement, CS_JUDGED_OVER);
    assert_string_equal(cs_reason_name(outcome.reason), "repeated-answer");
    start_over(); /* a person may mistype a code twice */
    scene->ops.fits = six_digits;
    for (int i = 0; i < 3; i++)
        assert_string_equal(cs_reason_name(judge(&about_totp, "000000").reason), "wrong-code");
}

/* A program gives the password to every prompt; the provider must not see it as a code. */
static void test_accepted_password_is_no_code(void **state)
{
    (void)state;
    assert_int_equal(cs_secret_set(&scene->login.result.authtok, "123456", 6), CS_OK);
    scene->login.state.password_accepted = true;
    assert_judged("123456", CS_JUDGED_WRONG, "wrong-form", "");
    assert_judged(" 123456", CS_JUDGED_OVER, "repeated-answer", "");
    start_over(); /* nobody's password */
    assert_int_equal(cs_secret_set(&scene->login.result.authtok, "123456", 6), CS_OK);
    assert_judged("123456", CS_JUDGED_RIGHT, "totp", "find:demo list:totp judge:totp=123456");
}

static void test_pasted_code_is_judged_as_it_was_meant(void **state)
{
    static const char *const rows[] = {"\t123456",
                                       "123\u00a0456",
                                       "123456\r",
                                       "123\u200b456",
                                       "\ufeff123456",
                                       "\u200e123-456\u200f",
                                       "\u0661\u0662\u0663\u0664\u0665\u0666"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->ops.fits = six_digits;
        assert_judged(rows[i], CS_JUDGED_RIGHT, "totp", "find:demo list:totp judge:totp=123456");
    }
}

static void test_password_is_judged_as_it_was_typed(void **state)
{
    static const struct cs_question about_password = {.kind = CS_FACTOR_PASSWORD};

    (void)state;
    (void)judge(&about_password, " sec-ret\u0661 ");
    assert_string_equal(method_scene_calls(scene), "find:demo judge:password= sec-ret\u0661 ");
}

/* ---- a code works once ---- */

static void test_code_that_was_accepted_is_not_judged_again(void **state)
{
    (void)state;
    scene->accepted = "123456";
    assert_judged("123 456", CS_JUDGED_WRONG, "replayed", "find:demo list:totp");
    assert_int_equal(scene->claims, 0);
    start_over(); /* a provider that sees to it itself says so */
    scene->accepted = "123456";
    scene->ops.spends_codes = true;
    assert_int_equal(judge(&about_totp, "123456").judgement, CS_JUDGED_RIGHT);
}

/* Whatever comes of it, the mark is settled: kept for a right code, given back otherwise. */
static void test_claims_are_settled(void **state)
{
    static const struct cs_question about_password = {.kind = CS_FACTOR_PASSWORD};
    const struct cs_secret code = {(char *)(uintptr_t) "123456", 6};
    struct cs_outcome outcome = {0};

    (void)state;
    assert_int_equal(judge(&about_totp, "000000").judgement, CS_JUDGED_WRONG);
    assert_int_equal(scene->claims + scene->kept, 0);
    assert_int_equal(judge(&about_password, "secret").judgement, CS_JUDGED_RIGHT);
    assert_int_equal(scene->claims + scene->kept, 0);
    assert_int_equal(judge(&about_totp, "123456").judgement, CS_JUDGED_RIGHT);
    assert_int_equal(scene->claims, 0);
    assert_int_equal(scene->kept, 1);
    scene->judge_result = CS_ERR_UNREACHABLE;
    assert_int_equal(cs_judge(&scene->login, &about_totp, &code, &outcome, NULL),
                     CS_ERR_UNREACHABLE);
    assert_int_equal(scene->claims, 0);
    assert_int_equal(scene->kept, 1);
    start_over(); /* what cannot be remembered is not judged */
    scene->claim_result = CS_ERR_CRYPTO;
    assert_int_equal(cs_judge(&scene->login, &about_totp, &code, &outcome, NULL), CS_ERR_CRYPTO);
    assert_null(strstr(method_scene_calls(scene), "judge:"));
}

/* ---- errors ---- */

/* A firewall may cut the call because of what was typed, and that must not open anything. */
static void test_server_that_answers_look_ups_is_not_unreachable(void **state)
{
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    (void)state;
    scene->judge_result = CS_ERR_UNREACHABLE;
    scene->look_ups_answered = true;
    assert_int_equal(cs_judge(&scene->login, &about_totp, SECRET("123456"), &outcome, &error),
                     CS_ERR_UNAVAILABLE);
    start_over();
    scene->judge_result = CS_ERR_UNREACHABLE;
    assert_int_equal(cs_judge(&scene->login, &about_totp, SECRET("123456"), &outcome, &error),
                     CS_ERR_UNREACHABLE);
}

static void test_failures_of_each_call_reach_the_caller(void **state)
{
    (void)state;
    for (int call = 0; call < 3; call++) {
        struct cs_outcome outcome = {0};
        struct cs_error error = {0};

        start_over();
        scene->find_result = call == 0 ? CS_ERR_UNREACHABLE : CS_OK;
        scene->list_result = call == 1 ? CS_ERR_UNREACHABLE : CS_OK;
        scene->judge_result = call == 2 ? CS_ERR_UNREACHABLE : CS_OK;
        assert_int_equal(cs_judge(&scene->login, &about_totp, SECRET("123456"), &outcome, &error),
                         CS_ERR_UNREACHABLE);
        assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
        scene->find_result = scene->list_result = scene->judge_result = CS_OK;
        assert_int_equal(judge(&about_totp, "123456").judgement, CS_JUDGED_RIGHT); /* next try */
    }
}

/* Only an unreachable server has its verdict, because that may let in; everything that is not
 * listed is plain unavailable. */
static void test_give_up_every_error(void **state)
{
    static const struct {
        enum cs_err result;
        enum cs_verdict verdict;
        const char *reason;
        int priority;
    } rows[] = {
        {CS_ERR_HANGUP, CS_VERDICT_ABORTED, "hang-up", LOG_INFO},
        {CS_ERR_CANCELLED, CS_VERDICT_ABORTED, "hang-up", LOG_INFO},
        {CS_ERR_CANNOT_ASK, CS_VERDICT_ABORTED, "cannot-ask", LOG_INFO},
        {CS_ERR_TIMEOUT, CS_VERDICT_ABORTED, "timeout", LOG_INFO},
        {CS_ERR_PROTOCOL, CS_VERDICT_ABORTED, "protocol", LOG_INFO},
        {CS_ERR_UNREACHABLE, CS_VERDICT_UNREACHABLE, "unreachable", LOG_ERR},
        {CS_ERR_RESTING, CS_VERDICT_DENY, "held-back", LOG_WARNING},
        {CS_ERR_STRANGER, CS_VERDICT_DENY, "other-sender", LOG_WARNING},
        {CS_ERR_UNRESOLVED, CS_VERDICT_UNAVAILABLE, "account-look-up", LOG_ERR},
        {CS_ERR_CONFIG, CS_VERDICT_MISCONFIGURED, "misconfigured", LOG_ERR},
    };

    (void)state;
    for (int result = CS_OK + 1; result < 64; result++) {
        const struct cs_error error = {.code = (enum cs_err)result, .text = "it broke"};
        enum cs_verdict verdict = CS_VERDICT_UNAVAILABLE;
        const char *reason = "unavailable";
        int priority = LOG_ERR;
        char line[64];

        for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
            if ((int)rows[i].result != result)
                continue;
            verdict = rows[i].verdict;
            reason = rows[i].reason;
            priority = rows[i].priority;
        }
        cs_buffer_free(&scene->lines);
        assert_int_equal(cs_give_up(&scene->login, "totp", (enum cs_err)result, &error), verdict);
        assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
        (void)snprintf(line, sizeof line, "%d totp: it broke\n", priority);
        assert_string_equal(scene->lines.text, line);
    }
}

/* Who waits with the answer until the login is nearly over has not made the provider unreachable.
 */
static void test_give_up_at_the_end_of_the_login(void **state)
{
    const struct cs_error error = {.code = CS_ERR_UNREACHABLE, .text = "no answer in time"};

    (void)state;
    scene->given.call.deadline = cs_clock_ms() + 60000;
    assert_int_equal(cs_give_up(&scene->login, "totp", CS_ERR_UNREACHABLE, &error),
                     CS_VERDICT_UNREACHABLE);
    scene->given.call.deadline = cs_clock_ms() + 10;
    assert_int_equal(cs_give_up(&scene->login, "totp", CS_ERR_UNREACHABLE, &error),
                     CS_VERDICT_ABORTED);
    assert_string_equal(cs_reason_name(scene->login.result.reason), "timeout");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_provider_judges_by_the_settings_of_the_login),
        IN_SCENE(test_refusal_held_to_the_next_step),
        IN_SCENE(test_refusals_take_alike),
        IN_SCENE(test_refusals_take_alike_whatever_calls_they_make),
        IN_SCENE(test_wrong_form_says_nothing_about_the_user),
        IN_SCENE(test_known_to_be_wrong),
        IN_SCENE(test_the_same_wrong_form_twice_is_over),
        IN_SCENE(test_accepted_password_is_no_code),
        IN_SCENE(test_pasted_code_is_judged_as_it_was_meant),
        IN_SCENE(test_password_is_judged_as_it_was_typed),
        IN_SCENE(test_code_that_was_accepted_is_not_judged_again),
        IN_SCENE(test_claims_are_settled),
        IN_SCENE(test_right_answers_and_local_providers_do_not_wait),
        IN_SCENE(test_unknown_user_makes_no_call),
        IN_SCENE(test_user_without_record_or_factor_is_not_judged),
        IN_SCENE(test_look_ups_made_once),
        IN_SCENE(test_provider_without_lists_judges_everybody),
        IN_SCENE(test_nobody_is_never_right),
        IN_SCENE(test_proven_when_judged),
        IN_SCENE(test_answers_that_are_none),
        IN_SCENE(test_server_that_answers_look_ups_is_not_unreachable),
        IN_SCENE(test_failures_of_each_call_reach_the_caller),
        IN_SCENE(test_give_up_every_error),
        IN_SCENE(test_give_up_at_the_end_of_the_login),
    };

    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
