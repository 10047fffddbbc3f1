/* SPDX-License-Identifier: Apache-2.0 */
/* The first step: a password, or a password and a code in one line. */
#include "tests/unit/unit.h"

#include <syslog.h>

#include "base/clock.h"
#include "methods/password.h"
#include "tests/unit/scene.h"

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
}

static void set_authtok(const char *authtok)
{
    scene->script.authtok = (struct cs_secret){(char *)(uintptr_t)authtok, strlen(authtok)};
}

static void assert_ends(enum cs_verdict found, enum cs_verdict verdict, const char *reason,
                        const char *calls)
{
    assert_ran("password", found, verdict, calls);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
    if (scene->lines.text != NULL)
        assert_null(strstr(scene->lines.text, "secret"));
    if (verdict == CS_VERDICT_ALLOW)
        return;
    assert_null(scene->login.result.authtok.data);
    assert_false(scene->login.state.password_accepted);
}

static void assert_password(enum cs_verdict verdict, const char *reason, const char *calls)
{
    assert_ends(cs_ask_password(&scene->login), verdict, reason, calls);
}

/* ---- the password alone ---- */

static void test_password_accepted_and_handed_on(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "secret");
    assert_password(CS_VERDICT_ALLOW, "password", "ask find:demo judge:password=secret");
    assert_string_equal(scene->script.shown.text, "hide Password: \n");
    assert_holds(&scene->login.result.authtok, TEXT("secret"));
    assert_true(scene->login.state.password_accepted);
    assert_int_equal(scene->script.channel.answers, 1);
    assert_true(scene->countable);
    assert_false(scene->proven); /* nothing was, when it was judged */
}

static void test_password_wrong_once_is_a_refusal_and_no_matter_of_tries(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "wrong");
    assert_password(CS_VERDICT_DENY, "wrong-password", "ask find:demo judge:password=wrong");
}

static void test_password_retry(void **state)
{
    (void)state;
    scene->options.password_retry = 2;
    for (int i = 0; i < 2; i++)
        cs_script_answer(&scene->script, "wrong");
    cs_script_answer(&scene->script, "secret");
    assert_password(CS_VERDICT_ALLOW, "password",
                    "ask find:demo judge:password=wrong ask judge:password=wrong ask "
                    "judge:password=secret");
    assert_string_equal(scene->script.shown.text,
                        "hide Password: \n"
                        "hide That password was not accepted. Tries left: 2 \\nPassword: \n"
                        "hide That password was not accepted. Tries left: 1 \\nPassword: \n");
    start_over();
    scene->options.password_retry = 1;
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "wrong");
    assert_password(CS_VERDICT_MAX_TRIES, "wrong-password",
                    "ask find:demo judge:password=wrong ask judge:password=wrong");
}

/* Nobody can tell who has an identity: the same prompts, and nothing is asked of the provider. */
static void test_password_of_nobody_refused_alike(void **state)
{
    (void)state;
    scene->identity = NULL;
    cs_script_answer(&scene->script, "secret");
    assert_password(CS_VERDICT_DENY, "unknown-user", "ask");
    assert_string_equal(scene->script.shown.text, "hide Password: \n");
    start_over();
    scene->missing = CS_REASON_AMBIGUOUS;
    cs_script_answer(&scene->script, "secret");
    assert_password(CS_VERDICT_DENY, "ambiguous", "ask find:demo");
}

static void test_password_empty_or_junk_never_judged(void **state)
{
    static const char *const rows[][2] = {{"", "empty-answer"},
                                          {"\b\n\r\177INCORRECT", "refused-by-sshd"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        cs_script_answer(&scene->script, rows[i][0]);
        assert_password(CS_VERDICT_DENY, rows[i][1], "ask");
    }
    assert_true(scene->login.state.doomed);
}

/* ---- the application's password ---- */

static void test_authtok_right_asks_nothing(void **state)
{
    (void)state;
    set_authtok("secret");
    assert_password(CS_VERDICT_ALLOW, "password", "find:demo judge:password=secret");
    assert_int_equal(scene->script.rounds, 0);
    assert_holds(&scene->login.result.authtok, TEXT("secret"));
}

static void test_authtok_wrong_ends_it(void **state)
{
    (void)state;
    scene->options.password_retry = 3;
    set_authtok("other");
    assert_password(CS_VERDICT_DENY, "wrong-password", "find:demo judge:password=other");
    assert_contains(scene->lines.text, "ask_password_on_mismatch would ask");
    assert_null(strstr(scene->lines.text, "other"));
}

static void test_authtok_wrong_asks_where_the_option_says_so(void **state)
{
    (void)state;
    scene->options.ask_password_on_mismatch = true;
    set_authtok("other");
    cs_script_answer(&scene->script, "secret");
    assert_password(CS_VERDICT_ALLOW, "password",
                    "find:demo judge:password=other ask judge:password=secret");
    assert_string_equal(scene->script.shown.text, "hide Password: \n");
    assert_holds(&scene->login.result.authtok, TEXT("secret"));
    start_over();
    scene->options.ask_password_on_mismatch = true;
    set_authtok("other");
    cs_script_answer(&scene->script, "wrong");
    assert_password(CS_VERDICT_DENY, "wrong-password",
                    "find:demo judge:password=other ask judge:password=wrong");
}

static void test_authtok_empty_is_none(void **state)
{
    (void)state;
    set_authtok("");
    cs_script_answer(&scene->script, "secret");
    assert_password(CS_VERDICT_ALLOW, "password", "ask find:demo judge:password=secret");
}

static void test_password_broken_provider_never_allows(void **state)
{
    (void)state;
    scene->judge_result = CS_ERR_UNREACHABLE;
    set_authtok("secret");
    assert_password(CS_VERDICT_UNREACHABLE, "unreachable",
                    "find:demo judge:password=secret find:demo");
}

/* ---- both in one line ---- */

static void assert_line(const char *line, bool device_instead, enum cs_verdict verdict,
                        const char *reason, const char *calls)
{
    bool password_only = true;
    enum cs_verdict found;

    cs_script_answer(&scene->script, line);
    found = cs_ask_password_and_totp(&scene->login, device_instead, &password_only);
    assert_ends(found, verdict, reason, calls);
    if (verdict != CS_VERDICT_ALLOW)
        return;
    assert_int_equal(password_only, strstr(calls, "totp") == NULL);
    assert_true(scene->login.state.password_accepted);
}

static void test_line_both_orders_and_prompts(void **state)
{
    static const struct {
        bool first, device;
        const char *line, *shown;
    } rows[] = {
        {false, false, "123456:secret", "hide Verification code and password (code:password): \n"},
        {true, false, "secret:123456", "hide Password and verification code (password:code): \n"},
        {false, true, "123456:secret",
         "hide Password alone, to approve on your device, \\nor code and password (code:password): "
         "\n"},
        {true, true, "secret:123456",
         "hide Password alone, to approve on your device, \\nor password and code (password:code): "
         "\n"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->options.password_first = rows[i].first;
        assert_line(rows[i].line, rows[i].device, CS_VERDICT_ALLOW, "totp",
                    "ask find:demo judge:password=secret list:totp judge:totp=123456");
        assert_string_equal(scene->script.shown.text, rows[i].shown);
        assert_holds(&scene->login.result.authtok, TEXT("secret")); /* the password alone */
        assert_true(scene->proven);                                 /* the code: by the password */
        assert_int_equal(scene->script.channel.answers, 1);
    }
    start_over();
    scene->options.password_separator = "--";
    assert_line("123456--secret", false, CS_VERDICT_ALLOW, "totp",
                "ask find:demo judge:password=secret list:totp judge:totp=123456");
    assert_string_equal(scene->script.shown.text,
                        "hide Verification code and password (code--password): \n");
}

/* Otherwise somebody without the password could use up the person's codes. */
static void test_line_wrong_password_never_spends_the_code(void **state)
{
    (void)state;
    assert_line("123456:wrong", false, CS_VERDICT_DENY, "wrong-password",
                "ask find:demo judge:password=wrong");
    start_over();
    assert_line("123456:", false, CS_VERDICT_DENY, "empty-answer", "ask");
    start_over();
    assert_line(":secret", false, CS_VERDICT_DENY, "empty-answer",
                "ask find:demo judge:password=secret");
}

static void test_line_wrong_code_refused_and_nothing_handed_on(void **state)
{
    (void)state;
    assert_line("654321:secret", false, CS_VERDICT_DENY, "wrong-code",
                "ask find:demo judge:password=secret list:totp judge:totp=654321");
    start_over(); /* with a code in it there is no way round by a device */
    assert_line("654321:secret", true, CS_VERDICT_DENY, "wrong-code",
                "ask find:demo judge:password=secret list:totp judge:totp=654321");
    start_over();
    scene->factors_count = 0;
    assert_line("123456:secret", false, CS_VERDICT_DENY, "not-enrolled",
                "ask find:demo judge:password=secret list:totp");
}

static void test_line_without_separator(void **state)
{
    (void)state;
    assert_line("secret", false, CS_VERDICT_DENY, "no-separator", "ask");
    start_over();
    assert_line("secret", true, CS_VERDICT_ALLOW, "password",
                "ask find:demo judge:password=secret");
    assert_holds(&scene->login.result.authtok, TEXT("secret"));
    start_over(); /* five digits are no code: the whole is a password, a wrong one */
    assert_line("12345:secret", true, CS_VERDICT_DENY, "wrong-password",
                "ask find:demo judge:password=12345:secret");
    start_over();
    assert_line("12345:secret", false, CS_VERDICT_DENY, "wrong-code",
                "ask find:demo judge:password=secret list:totp judge:totp=12345");
}

/* What the first line said of the password is forgotten with it. */
static void test_line_retry_starts_afresh(void **state)
{
    bool password_only = false;

    (void)state;
    scene->options.password_retry = 1;
    cs_script_answer(&scene->script, "wrong");
    cs_script_answer(&scene->script, "123456:secret");
    assert_int_equal(cs_ask_password_and_totp(&scene->login, true, &password_only),
                     CS_VERDICT_ALLOW);
    assert_false(password_only);
    assert_string_equal(
        scene->script.shown.text,
        "hide Password alone, to approve on your device, \\nor code and password (code:password): "
        "\n"
        "hide Your answer was not accepted. Tries left: 1 \\n"
        "Password alone, to approve on your device, \\nor code and password (code:password): \n");
    start_over();
    scene->options.password_retry = 1;
    cs_script_answer(&scene->script, "654321:secret");
    cs_script_answer(&scene->script, "123456:wrong");
    assert_ends(cs_ask_password_and_totp(&scene->login, false, &password_only),
                CS_VERDICT_MAX_TRIES, "wrong-password",
                "ask find:demo judge:password=secret list:totp judge:totp=654321 ask "
                "judge:password=wrong");
}

static void test_line_authtok_split_and_only_the_password_handed_on(void **state)
{
    bool password_only = true;

    (void)state;
    set_authtok("123456:secret");
    assert_ends(cs_ask_password_and_totp(&scene->login, false, &password_only), CS_VERDICT_ALLOW,
                "totp", "find:demo judge:password=secret list:totp judge:totp=123456");
    assert_holds(&scene->login.result.authtok, TEXT("secret"));
}

/* Neither a wrong password nor a wrong code beside a right one is told by the time. */
static void test_line_refusals_take_alike(void **state)
{
    static const char *const lines[] = {"123456:wrong", "654321:secret", "654321:", ":secret"};
    bool password_only = false;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(lines); i++) {
        int64_t before;

        start_over();
        scene->judge_ms = 100;
        cs_script_answer(&scene->script, lines[i]);
        before = cs_clock_ms();
        assert_int_equal(cs_ask_password_and_totp(&scene->login, false, &password_only),
                         CS_VERDICT_DENY);
        assert_uint_in_range(scene->waited_until - before, 250, 250 + 10);
    }
}

static void test_line_junk_judged_as_nobodys(void **state)
{
    (void)state;
    assert_line("\b\n\r\177INCORRECT", false, CS_VERDICT_DENY, "refused-by-sshd", "ask");
    assert_true(scene->login.state.doomed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_password_accepted_and_handed_on),
        IN_SCENE(test_password_wrong_once_is_a_refusal_and_no_matter_of_tries),
        IN_SCENE(test_password_retry),
        IN_SCENE(test_password_of_nobody_refused_alike),
        IN_SCENE(test_password_empty_or_junk_never_judged),
        IN_SCENE(test_authtok_right_asks_nothing),
        IN_SCENE(test_authtok_wrong_ends_it),
        IN_SCENE(test_authtok_wrong_asks_where_the_option_says_so),
        IN_SCENE(test_authtok_empty_is_none),
        IN_SCENE(test_password_broken_provider_never_allows),
        IN_SCENE(test_line_both_orders_and_prompts),
        IN_SCENE(test_line_wrong_password_never_spends_the_code),
        IN_SCENE(test_line_wrong_code_refused_and_nothing_handed_on),
        IN_SCENE(test_line_without_separator),
        IN_SCENE(test_line_retry_starts_afresh),
        IN_SCENE(test_line_authtok_split_and_only_the_password_handed_on),
        IN_SCENE(test_line_refusals_take_alike),
        IN_SCENE(test_line_junk_judged_as_nobodys),
    };

    return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
