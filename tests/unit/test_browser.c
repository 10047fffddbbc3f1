/* SPDX-License-Identifier: Apache-2.0 */
/* A sign-in with a browser: only after a proven first factor, and never without its page. */
#include "tests/unit/unit.h"

#include "methods/plan.h"
#include "tests/unit/scene.h"

#define PAGE "https://id.example.com/device"
#define CODE "WDJB-MJHT"
#define ASKED                                                                                      \
    "echo To sign in, open this page in a browser: \\n" PAGE " \\nand enter the code " CODE        \
    " there. \\nThen press Enter here: \n"
#define TOLD                                                                                       \
    "info To sign in, open this page in a browser: \\n" PAGE " \\nand enter the code " CODE        \
    " there.\n"
#define MENU_LINE "Sign in with a browser"

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_BROWSER, "b", "");
    scene->login.state.user.found = scene->login.state.sought = true;
    scene->key = true;
    scene->url = PAGE;
    scene->code = CODE;
    scene->options.browser_in_choice = true;
    scene->given.number_mode = CS_WAIT_LIVE;
}

static const struct cs_approval_state given[] = {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};
static const struct cs_approval_state denied[] = {{CS_APPROVAL_DENIED, CS_REASON_DENIED}};
static const struct cs_approval_state expired[] = {{CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}};

static const char *shown(void)
{
    return scene->script.shown.text ? scene->script.shown.text : "";
}

static enum cs_verdict run(const char *plan)
{
    return cs_plan_run(cs_plan_find(plan), &scene->login);
}

static void set_approval(const struct cs_approval_state *approval)
{
    scene->approvals = approval;
    scene->approvals_count = 1;
}

/* ---- what is shown ---- */

static void test_texts(void **state)
{
    static const struct {
        enum cs_wait_mode mode, shown_mode;
        const struct cs_approval_state *approval;
        const char *shown;
    } rows[] = {
        {CS_WAIT_LIVE, CS_WAIT_LIVE, given, TOLD},
        {CS_WAIT_LIVE, CS_WAIT_LIVE, denied, TOLD "info The sign-in was denied.\n"},
        {CS_WAIT_LIVE, CS_WAIT_LIVE, expired, TOLD "info The sign-in was not approved in time.\n"},
        {CS_WAIT_ENTER, CS_WAIT_ENTER, given, ASKED},
        {CS_WAIT_ENTER, CS_WAIT_ENTER, denied, ASKED "info The sign-in was denied.\n"},
        /* Nobody can open a page that was never shown. */
        {CS_WAIT_SILENT, CS_WAIT_ENTER, given, ASKED},
        {CS_WAIT_SILENT, CS_WAIT_LIVE, given, TOLD},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->given.wait_mode = rows[i].mode;
        scene->given.number_mode = rows[i].shown_mode;
        set_approval(rows[i].approval);
        cs_script_answer(&scene->script, "");
        assert_int_equal(run("browser"),
                         rows[i].approval == given ? CS_VERDICT_ALLOW : CS_VERDICT_DENY);
        if (strcmp(shown(), rows[i].shown) != 0)
            fail_msg("row %zu: '%s'", i, shown());
    }
}

/* Of a challenge for a browser, a correlation is not what is typed on the page. */
static void test_the_code_is_shown(void **state)
{
    (void)state;
    scene->given.wait_mode = CS_WAIT_LIVE;
    scene->correlation = "OTHER";
    set_approval(given);
    assert_int_equal(run("browser"), CS_VERDICT_ALLOW);
    assert_string_equal(shown(), TOLD);
}

static void test_junk_at_enter(void **state)
{
    (void)state;
    scene->given.wait_mode = CS_WAIT_ENTER;
    set_approval(given);
    for (int i = 0; i < 4; i++)
        cs_script_answer(&scene->script, JUNK);
    assert_ran("browser", run("browser"), CS_VERDICT_MAX_TRIES,
               "list:browser begin:browser=b ask ask ask ask");
    assert_string_equal(cs_reason_name(scene->login.result.reason), "refused-by-sshd");
}

/* ---- only after a first factor ---- */

/* A stranger who starts such a login could have the user approve it: nothing is begun, and the
 * prompts are those of somebody without a factor. */
static void test_not_before_the_first_factor(void **state)
{
    (void)state;
    scene->key = false;
    set_approval(given);
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "123456");
    assert_ran("browser", run("browser"), CS_VERDICT_MAX_TRIES, "list:browser ask ask ask");
    assert_string_equal(cs_reason_name(scene->login.result.reason), "no-first-factor");
    assert_null(strstr(shown(), "https"));
    assert_true(scene->login.state.doomed);
}

static void test_option_allows_it_before(void **state)
{
    (void)state;
    scene->key = false;
    scene->options.browser_without_first_factor = true;
    set_approval(given);
    assert_ran("browser", run("browser"), CS_VERDICT_ALLOW, "list:browser begin:browser=b poll");
}

/* A password of this login is one; a wrong password leads nowhere. */
static void test_password_is_a_first_factor(void **state)
{
    (void)state;
    scene->key = false;
    set_approval(given);
    cs_script_answer(&scene->script, "secret");
    assert_ran("browser", run("password-then-browser"), CS_VERDICT_ALLOW,
               "ask judge:password=secret list:browser begin:browser=b poll");
    start_over();
    scene->key = false;
    set_approval(given);
    cs_script_answer(&scene->script, "guess");
    assert_int_not_equal(run("password-then-browser"), CS_VERDICT_ALLOW);
    assert_null(strstr(method_scene_calls(scene), "begin"));
}

/* A key of root's counts only after an answer. */
static void test_key_after_an_answer(void **state)
{
    (void)state;
    scene->key = false;
    scene->key_if_answered = true;
    set_approval(given);
    cs_script_answer(&scene->script, "123456");
    assert_int_not_equal(run("browser"), CS_VERDICT_ALLOW);
    assert_null(strstr(method_scene_calls(scene), "begin"));
}

static void test_doomed_login(void **state)
{
    (void)state;
    scene->login.state.doomed = true;
    set_approval(given);
    cs_script_answer(&scene->script, "123456");
    assert_int_not_equal(run("browser"), CS_VERDICT_ALLOW);
    assert_null(strstr(method_scene_calls(scene), "begin"));
}

/* ---- menus ---- */

static void test_menus(void **state)
{
    static const struct {
        bool key, allowed, others;
        const char *calls;
        bool line;
    } rows[] = {
        {true, false, true, "list:totp+sms+email+browser ask", true},
        {false, true, true, "list:totp+sms+email+browser ask", true},
        {false, false, true, "list:totp+sms+email+browser ask", false},
        /* Alone it is not left out: the log says why there is nothing. */
        {false, false, false, "list:totp+sms+email+browser ask ask ask", false},
        {true, false, false, "list:totp+sms+email+browser begin:browser=b poll", false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->key = rows[i].key;
        scene->options.browser_without_first_factor = rows[i].allowed;
        scene->options.otp_echo = true;
        if (rows[i].others) {
            method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
            method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
        }
        set_approval(given);
        for (int tries = 0; !rows[i].others && tries < 3; tries++)
            cs_script_answer(&scene->script, "000000");
        (void)run("choice-then-otp");
        assert_string_equal(method_scene_calls(scene), rows[i].calls);
        if ((strstr(shown(), MENU_LINE) != NULL) != rows[i].line)
            fail_msg("row %zu: '%s'", i, shown());
        assert_true(!rows[i].others || strstr(shown(), "text message") != NULL);
    }
}

/* With one other factor there is no menu left. */
static void test_one_other_factor(void **state)
{
    (void)state;
    scene->key = false;
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    cs_script_answer(&scene->script, "123456");
    assert_ran("browser", run("choice-then-otp"), CS_VERDICT_ALLOW,
               "list:totp+sms+email+browser ask judge:totp=123456");
}

/* ---- what counts as sent ---- */

static void test_nothing_shown_is_nothing_sent(void **state)
{
    (void)state;
    scene->unsent = true;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_int_equal(run("browser"), CS_VERDICT_UNREACHABLE);
    assert_false(scene->login.state.sent);
    start_over();
    scene->poll_result = CS_ERR_UNREACHABLE;
    scene->given.wait_mode = CS_WAIT_LIVE;
    assert_int_equal(run("browser"), CS_VERDICT_UNREACHABLE);
    assert_true(scene->login.state.sent); /* somebody may be signing in */
}

/* ---- the page as a QR code ---- */

/* Above the prompt, never in it; not where the prompt is plain ASCII or no address has the code. */
static void test_qr_code(void **state)
{
    static const struct {
        enum cs_browser_qr qr;
        bool ascii;
        const char *scan;
        const char *quiet_zone; /* how it begins; NULL: there is none */
    } rows[] = {
        {CS_BROWSER_QR_DARK_GROUND, false, PAGE "?c=" CODE, "info \\n\u2588\u2588"},
        {CS_BROWSER_QR_LIGHT_GROUND, false, PAGE "?c=" CODE, "info \\n  "},
        {CS_BROWSER_QR_NO, false, PAGE "?c=" CODE, NULL},
        {CS_BROWSER_QR_DARK_GROUND, true, PAGE "?c=" CODE, NULL},
        {CS_BROWSER_QR_DARK_GROUND, false, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const char *begins = rows[i].quiet_zone, *prompt;

        start_over();
        scene->given.wait_mode = CS_WAIT_ENTER;
        scene->options.browser_qr = rows[i].qr;
        scene->book.ascii = rows[i].ascii;
        scene->scan = rows[i].scan;
        set_approval(given);
        cs_script_answer(&scene->script, "");
        assert_int_equal(run("browser"), CS_VERDICT_ALLOW);
        prompt = strstr(shown(), ASKED);
        assert_non_null(prompt);
        if (begins == NULL)
            assert_ptr_equal(prompt, shown());
        else
            assert_memory_equal(shown(), begins, strlen(begins));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_texts),
        IN_SCENE(test_the_code_is_shown),
        IN_SCENE(test_junk_at_enter),
        IN_SCENE(test_not_before_the_first_factor),
        IN_SCENE(test_option_allows_it_before),
        IN_SCENE(test_password_is_a_first_factor),
        IN_SCENE(test_key_after_an_answer),
        IN_SCENE(test_doomed_login),
        IN_SCENE(test_menus),
        IN_SCENE(test_one_other_factor),
        IN_SCENE(test_nothing_shown_is_nothing_sent),
        IN_SCENE(test_qr_code),
    };

    return cmocka_run_group_tests_name("browser", tests, NULL, NULL);
}
