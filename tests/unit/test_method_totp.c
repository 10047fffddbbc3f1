/* SPDX-License-Identifier: Apache-2.0 */
/* The dialogue of the method totp, with a provider that notes what it is asked. */
#include "tests/unit/unit.h"

#include "conversation/answer.h"
#include "methods/method.h"
#include "tests/unit/scene.h"

/* As after a public key, with a provider that needs no list. */
void scene_prepare(void)
{
    scene->key = true;
    scene->ops.remote = false;
    scene->ops.judges_unlisted = true;
}

static void run(enum cs_verdict verdict, const char *reason)
{
    assert_int_equal(cs_method_totp.run(&scene->login, &cs_method_totp, NULL), verdict);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
    if (scene->lines.text != NULL)
        assert_null(strstr(scene->lines.text, "123456"));
}

static void test_run_right_code_allows_at_once(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "123456");
    run(CS_VERDICT_ALLOW, "totp");
    assert_string_equal(scene->script.shown.text, "echo Verification code: \n");
    assert_string_equal(scene->judged.text, "demo countable proven\n");
    assert_int_equal(scene->script.channel.answers, 1);
}

static void test_run_wrong_codes_count_down_to_max_tries(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "000000");
    scene->own.text = (char[]){"Code%%: "};
    scene->book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&scene->own, 1};
    scene->options.otp_echo = false;
    run(CS_VERDICT_MAX_TRIES, "wrong-code");
    assert_string_equal(scene->script.shown.text,
                        "hide Code%: \n"
                        "hide That code was not accepted. Tries left: 2 \\nCode%: \n"
                        "hide That code was not accepted. Tries left: 1 \\nCode%: \n");
    assert_int_equal(scene->script.channel.answers, 3);
}

static void test_run_second_try_right_allows(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "123456");
    run(CS_VERDICT_ALLOW, "totp");
    assert_string_equal(scene->judged.text, "nobody\ndemo countable proven\n");
}

/* sshd refuses the account: nothing after junk may allow or count against the user. */
static void test_run_junk_dooms_the_login(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, JUNK);
    cs_script_answer(&scene->script, "123456");
    cs_script_answer(&scene->script, "\b");
    run(CS_VERDICT_MAX_TRIES, "refused-by-sshd");
    assert_string_equal(scene->judged.text, "nobody\nnobody\nnobody\n");
    assert_contains(scene->script.shown.text, "Tries left: 1");
}

static void test_run_unknown_account_sees_the_same(void **state)
{
    (void)state;
    scene->identity = NULL;
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "123456");
    run(CS_VERDICT_MAX_TRIES, "unknown-user");
    assert_string_equal(scene->script.shown.text,
                        "echo Verification code: \n"
                        "echo That code was not accepted. Tries left: 2 \\nVerification code: \n"
                        "echo That code was not accepted. Tries left: 1 \\nVerification code: \n");
}

static void test_run_too_long_answer_never_judged_as_the_users(void **state)
{
    static char text[CS_ANSWER_BYTES_MAX + 2];

    (void)state;
    memset(text, '1', sizeof text - 1);
    scene->options.retry = 0;
    cs_script_answer(&scene->script, text);
    run(CS_VERDICT_MAX_TRIES, "answer-too-long");
    assert_string_equal(scene->judged.text, "nobody\n");
}

static void test_run_recovery_code_tells_what_is_left(void **state)
{
    (void)state;
    scene->recovery = true;
    cs_script_answer(&scene->script, "123456");
    cs_script_answer(&scene->script, "");
    run(CS_VERDICT_ALLOW, "recovery-code");
    assert_contains(scene->script.shown.text,
                    "echo Recovery codes left: 9 \\nPress Enter to continue: \n");
}

static void test_run_recovery_code_is_the_only_line_with_one_answer(void **state)
{
    (void)state;
    scene->recovery = true;
    scene->options.one_answer = true;
    cs_script_answer(&scene->script, "123456");
    run(CS_VERDICT_ALLOW, "recovery-code");
    assert_null(strstr(scene->script.shown.text, "Recovery codes left"));
}

static void test_run_broken_dialogue_never_allows(void **state)
{
    static const struct {
        enum cs_err at_end;
        enum cs_verdict verdict;
        const char *reason;
    } rows[] = {{CS_ERR_HANGUP, CS_VERDICT_ABORTED, "hang-up"},
                {CS_ERR_TIMEOUT, CS_VERDICT_ABORTED, "timeout"},
                {CS_ERR_CANCELLED, CS_VERDICT_ABORTED, "hang-up"},
                {CS_ERR_PROTOCOL, CS_VERDICT_ABORTED, "protocol"},
                {CS_ERR_NOMEM, CS_VERDICT_UNAVAILABLE, "unavailable"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        scene->script.at_end = rows[i].at_end;
        run(rows[i].verdict, rows[i].reason);
    }
}

static void test_run_provider_failure_is_unavailable(void **state)
{
    (void)state;
    scene->judge_result = CS_ERR_STORE;
    cs_script_answer(&scene->script, "123456");
    run(CS_VERDICT_UNAVAILABLE, "unavailable");
    assert_contains(scene->lines.text, "totp: judge is broken");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_run_right_code_allows_at_once),
        IN_SCENE(test_run_wrong_codes_count_down_to_max_tries),
        IN_SCENE(test_run_second_try_right_allows),
        IN_SCENE(test_run_junk_dooms_the_login),
        IN_SCENE(test_run_unknown_account_sees_the_same),
        IN_SCENE(test_run_too_long_answer_never_judged_as_the_users),
        IN_SCENE(test_run_recovery_code_tells_what_is_left),
        IN_SCENE(test_run_recovery_code_is_the_only_line_with_one_answer),
        IN_SCENE(test_run_broken_dialogue_never_allows),
        IN_SCENE(test_run_provider_failure_is_unavailable),
    };

    return cmocka_run_group_tests_name("method_totp", tests, NULL, NULL);
}
