/* SPDX-License-Identifier: Apache-2.0 */
/* The plans: which steps they have, in which order the provider is asked, and that nothing reaches
 * the person before a first factor is proven or something was typed. */
#include "tests/unit/unit.h"

#include "methods/plan.h"
#include "tests/unit/scene.h"

#define ANSWERS_MAX 5

void scene_prepare(void)
{
    /* each test says what it needs */
}

/* One factor of each kind. */
static void add_one_of_each(void)
{
    method_scene_add(scene, CS_FACTOR_EMAILOTP, "e", "demo@example.com");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    method_scene_add(scene, CS_FACTOR_VOICEOTP, "v", "15550101");
    method_scene_add(scene, CS_FACTOR_TRANS_EMAILOTP, "te", "demo@example.org");
    method_scene_add(scene, CS_FACTOR_TRANS_SMSOTP, "ts", "15550102");
    method_scene_add(scene, CS_FACTOR_DEVICE, "d", "phone");
    method_scene_add(scene, CS_FACTOR_BROWSER, "b", "");
    method_scene_add(scene, CS_FACTOR_U2F, "k", "");
}

static void answer_all(const char *const *answers)
{
    for (size_t i = 0; i < ANSWERS_MAX && answers[i] != NULL; i++)
        cs_script_answer(&scene->script, answers[i]);
}

static enum cs_verdict run(const char *name)
{
    const struct cs_plan *plan = cs_plan_find(name);

    assert_non_null(plan);
    return cs_plan_run(plan, &scene->login);
}

static void assert_run(const char *name, enum cs_verdict verdict, const char *calls)
{
    assert_ran(name, run(name), verdict, calls);
}

/* ---- the table ---- */

enum first { NONE, PASSWORD, BOTH_IN_ONE, BOTH_OR_DEVICE };

/* `calls`: of a login that is allowed, with one factor of each kind. */
static const struct row {
    const char *name;
    enum first first;
    unsigned kinds;
    bool direct, choice;
    const char *answers[ANSWERS_MAX];
    const char *calls;
} rows[] = {
    {"totp",
     NONE,
     CS_KIND(CS_FACTOR_TOTP),
     true,
     false,
     {"123456"},
     "ask find:demo list:totp judge:totp=123456"},
    {"smsotp",
     NONE,
     CS_KIND(CS_FACTOR_SMSOTP),
     false,
     false,
     {"123456"},
     "find:demo list:sms begin:sms=s ask judge:sms=123456"},
    {"emailotp",
     NONE,
     CS_KIND(CS_FACTOR_EMAILOTP),
     false,
     false,
     {"123456"},
     "find:demo list:email begin:email=e ask judge:email=123456"},
    {"voiceotp",
     NONE,
     CS_KIND(CS_FACTOR_VOICEOTP),
     false,
     false,
     {"123456"},
     "find:demo list:voice begin:voice=v ask judge:voice=123456"},
    {"transsmsotp",
     NONE,
     CS_KIND(CS_FACTOR_TRANS_SMSOTP),
     false,
     false,
     {"123456"},
     "find:demo list:trans-sms begin:trans-sms=ts ask judge:trans-sms=123456"},
    {"transemailotp",
     NONE,
     CS_KIND(CS_FACTOR_TRANS_EMAILOTP),
     false,
     false,
     {"123456"},
     "find:demo list:trans-email begin:trans-email=te ask judge:trans-email=123456"},
    {"device",
     NONE,
     CS_KIND(CS_FACTOR_DEVICE),
     false,
     false,
     {NULL},
     "find:demo list:device begin:device=d poll"},
    {"browser",
     NONE,
     CS_KIND(CS_FACTOR_BROWSER),
     false,
     false,
     {NULL},
     "find:demo list:browser begin:browser=b poll"},
    {"u2f",
     NONE,
     CS_KIND(CS_FACTOR_U2F),
     false,
     false,
     {"123456"},
     "find:demo list:u2f begin:u2f= ask judge:u2f=123456"},
    {"choice-then-otp",
     NONE,
     0,
     false,
     true,
     {"2", "123456"},
     "find:demo list:totp+sms+email ask begin:sms=s ask judge:sms=123456"},
    {"password", PASSWORD, 0, false, false, {"secret"}, "ask find:demo judge:password=secret"},
    {"password-then-totp",
     PASSWORD,
     CS_KIND(CS_FACTOR_TOTP),
     true,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:totp ask judge:totp=123456"},
    {"password-then-smsotp",
     PASSWORD,
     CS_KIND(CS_FACTOR_SMSOTP),
     false,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:sms begin:sms=s ask judge:sms=123456"},
    {"password-then-emailotp",
     PASSWORD,
     CS_KIND(CS_FACTOR_EMAILOTP),
     false,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:email begin:email=e ask judge:email=123456"},
    {"password-then-voiceotp",
     PASSWORD,
     CS_KIND(CS_FACTOR_VOICEOTP),
     false,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:voice begin:voice=v ask judge:voice=123456"},
    {"password-then-transsmsotp",
     PASSWORD,
     CS_KIND(CS_FACTOR_TRANS_SMSOTP),
     false,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:trans-sms begin:trans-sms=ts ask "
     "judge:trans-sms=123456"},
    {"password-then-transemailotp",
     PASSWORD,
     CS_KIND(CS_FACTOR_TRANS_EMAILOTP),
     false,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:trans-email begin:trans-email=te ask "
     "judge:trans-email=123456"},
    {"password-then-device",
     PASSWORD,
     CS_KIND(CS_FACTOR_DEVICE),
     false,
     false,
     {"secret"},
     "ask find:demo judge:password=secret list:device begin:device=d poll"},
    {"password-then-browser",
     PASSWORD,
     CS_KIND(CS_FACTOR_BROWSER),
     false,
     false,
     {"secret"},
     "ask find:demo judge:password=secret list:browser begin:browser=b poll"},
    {"password-then-u2f",
     PASSWORD,
     CS_KIND(CS_FACTOR_U2F),
     false,
     false,
     {"secret", "123456"},
     "ask find:demo judge:password=secret list:u2f begin:u2f= ask judge:u2f=123456"},
    {"password-then-choice-then-otp",
     PASSWORD,
     0,
     false,
     true,
     {"secret", "totp", "123456"},
     "ask find:demo judge:password=secret list:totp+sms+email ask ask judge:totp=123456"},
    {"password-and-totp",
     BOTH_IN_ONE,
     0,
     false,
     false,
     {"123456:secret"},
     "ask find:demo judge:password=secret list:totp judge:totp=123456"},
    {"password-and-totp-or-device",
     BOTH_OR_DEVICE,
     CS_KIND(CS_FACTOR_DEVICE),
     false,
     false,
     {"secret"},
     "ask find:demo judge:password=secret list:device begin:device=d poll"},
};

static void test_table_all_of_them(void **state)
{
    static const enum cs_first_step steps[] = {[NONE] = CS_FIRST_NONE,
                                               [PASSWORD] = CS_FIRST_PASSWORD,
                                               [BOTH_IN_ONE] = CS_FIRST_PASSWORD_AND_TOTP,
                                               [BOTH_OR_DEVICE] =
                                                   CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE};

    (void)state;
    assert_int_equal(CS_ARRAY_SIZE(rows), 23);
    assert_null(cs_plan_name(23));
    assert_string_equal(cs_plan_name(0), "totp"); /* the default */
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_plan *plan = cs_plan_find(rows[i].name);

        assert_non_null(plan);
        assert_string_equal(plan->name, rows[i].name);
        assert_string_equal(cs_plan_name(i), rows[i].name);
        assert_int_equal(plan->first, steps[rows[i].first]);
        assert_int_equal(plan->kinds, rows[i].kinds);
        assert_int_equal(plan->choice, rows[i].choice);
        assert_ptr_equal(plan->direct, rows[i].kinds == CS_KIND(CS_FACTOR_U2F) ? &cs_method_u2f
                                       : rows[i].direct                        ? &cs_method_totp
                                                                               : NULL);
        assert_int_equal(cs_plan_has_second(plan), strcmp(rows[i].name, "password") != 0);
    }
    assert_null(cs_plan_find("password-and-device"));
    assert_null(cs_plan_find(""));
}

/* ---- the order ---- */

static const struct cs_approval_state approved[] = {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}};

static void test_run_each_plan_asks_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        add_one_of_each();
        /* The password is all that proves something, where there is one. */
        scene->key = rows[i].first == NONE;
        scene->approvals = approved;
        scene->approvals_count = 1;
        answer_all(rows[i].answers);
        assert_run(rows[i].name, CS_VERDICT_ALLOW, rows[i].calls);
        assert_int_equal(scene->script.next, scene->script.count);
        if (rows[i].first != NONE)
            assert_holds(&scene->login.result.authtok, TEXT("secret"));
        else
            assert_null(scene->login.result.authtok.data);
    }
}

static void test_run_wrong_password_starts_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        bool combined = rows[i].first == BOTH_IN_ONE;

        if (rows[i].first == NONE)
            continue;
        start_over();
        add_one_of_each();
        scene->key = scene->autopush = true; /* even so */
        cs_script_answer(&scene->script, combined ? "123456:wrong" : "wrong");
        assert_run(rows[i].name, CS_VERDICT_DENY, "ask find:demo judge:password=wrong");
        assert_string_equal(cs_reason_name(scene->login.result.reason), "wrong-password");
        assert_null(scene->login.result.authtok.data);
        assert_false(scene->login.state.password_accepted);
    }
}

static void test_run_wrong_code_never_allows(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strstr(rows[i].calls, "=123456") == NULL || rows[i].first == BOTH_IN_ONE)
            continue;
        start_over();
        add_one_of_each();
        scene->key = rows[i].first == NONE;
        for (size_t a = 0; rows[i].answers[a] != NULL && strcmp(rows[i].answers[a], "123456"); a++)
            cs_script_answer(&scene->script, rows[i].answers[a]);
        for (int tries = 0; tries < 3; tries++)
            cs_script_answer(&scene->script, "654321");
        assert_int_equal(run(rows[i].name), CS_VERDICT_MAX_TRIES);
        assert_string_equal(cs_reason_name(scene->login.result.reason), "wrong-code");
        assert_int_equal(scene->script.next, scene->script.count);
    }
}

/* ---- without the second step ---- */

/* Of who is exempt from the second factor: nothing of it is looked up, begun or asked. */
static void test_run_first_asks_the_password_of_every_plan_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_plan *plan = cs_plan_find(rows[i].name);
        bool password = rows[i].first != NONE;

        start_over();
        add_one_of_each();
        scene->key = scene->autopush = true;
        if (password)
            cs_script_answer(&scene->script, "secret");
        assert_ran(rows[i].name, cs_plan_run_first(plan, &scene->login), CS_VERDICT_ALLOW,
                   password ? "ask find:demo judge:password=secret" : "");
        start_over();
        add_one_of_each();
        scene->key = scene->options.accept_on_missing_auth_method = true;
        cs_script_answer(&scene->script, "wrong");
        if (password)
            assert_ran(rows[i].name, cs_plan_run_first(plan, &scene->login), CS_VERDICT_DENY,
                       "ask find:demo judge:password=wrong");
    }
}

/* ---- no factor ---- */

static bool has_open_second(const struct row *row)
{
    return row->choice || row->kinds != 0;
}

/* All codes are wrong and nothing tells why, unless a first factor is proven before they are asked
 * for. */
static void test_run_without_factor_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * 2; i++) {
        const struct row *row = &rows[i / 2];
        bool key = i % 2 != 0;
        bool told = row->first != NONE || (key && !row->direct);

        if (!has_open_second(row))
            continue;
        start_over();
        scene->key = key;
        if (row->first != NONE)
            cs_script_answer(&scene->script, "secret");
        for (int tries = 0; tries < 3; tries++)
            cs_script_answer(&scene->script, "123456");
        assert_int_equal(run(row->name), told ? CS_VERDICT_NOT_ENROLLED : CS_VERDICT_MAX_TRIES);
        assert_string_equal(cs_reason_name(scene->login.result.reason), "not-enrolled");
        assert_int_equal(strstr(scene->script.shown.text, "info No second factor") != NULL, told);
        /* A security key is asked for all the same, and what is asked for is worth nothing. */
        if (row->kinds != CS_KIND(CS_FACTOR_U2F))
            assert_null(strstr(method_scene_calls(scene), "begin"));
        assert_null(strstr(method_scene_calls(scene), "=123456"));
    }
}

static void test_run_without_factor_accepted_where_the_option_says_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (!has_open_second(&rows[i]))
            continue;
        start_over();
        scene->options.accept_on_missing_auth_method = true;
        if (rows[i].first != NONE)
            cs_script_answer(&scene->script, "secret");
        assert_int_equal(run(rows[i].name), CS_VERDICT_NOT_ENROLLED);
        assert_string_equal(cs_reason_name(scene->login.result.reason),
                            "accept_on_missing_auth_method");
        assert_int_equal(scene->script.next, scene->script.count);
    }
}

/* The option is for users that the provider knows, and for those who have no factor at all. */
static void test_run_accept_on_missing_is_no_way_round(void **state)
{
    static const enum cs_reason missing[] = {CS_REASON_UNKNOWN_IDENTITY, CS_REASON_AMBIGUOUS,
                                             CS_REASON_NONE};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * 3; i++) {
        const struct row *row = &rows[i / 3];

        if (row->first != NONE)
            continue;
        start_over();
        scene->options.accept_on_missing_auth_method = true;
        scene->key = true;
        scene->missing = missing[i % 3];
        if (scene->missing == CS_REASON_NONE)
            scene->identity = NULL;
        for (int tries = 0; tries < 3; tries++)
            cs_script_answer(&scene->script, "123456");
        assert_int_equal(run(row->name), CS_VERDICT_MAX_TRIES);
        assert_null(strstr(method_scene_calls(scene), "begin:"));
        assert_null(strstr(method_scene_calls(scene), "judge"));
        assert_int_equal(scene->login.result.reason, scene->missing != CS_REASON_NONE
                                                         ? scene->missing
                                                         : CS_REASON_UNKNOWN_USER);
    }
    start_over();
    add_one_of_each();
    scene->options.accept_on_missing_auth_method = true;
    scene->key = true;
    cs_script_answer(&scene->script, "123456");
    assert_run("totp", CS_VERDICT_ALLOW, "find:demo list:totp ask judge:totp=123456");
}

/* Password and code in one line. Where a device would do as well, who has either is not without. */
static void test_run_accept_on_missing_with_the_code_in_the_line(void **state)
{
    static const struct {
        const char *name, *answer;
        enum cs_factor_kind other; /* all that is enrolled; a password: nothing is */
        enum cs_verdict verdict;
        const char *calls;
    } cases[] = {
        {"password-and-totp", "123456:secret", CS_FACTOR_PASSWORD, CS_VERDICT_NOT_ENROLLED,
         "list:totp"},
        {"password-and-totp", "123456:secret", CS_FACTOR_DEVICE, CS_VERDICT_NOT_ENROLLED,
         "list:totp"},
        {"password-and-totp-or-device", "123456:secret", CS_FACTOR_PASSWORD,
         CS_VERDICT_NOT_ENROLLED, "list:totp list:totp+device"},
        {"password-and-totp-or-device", "123456:secret", CS_FACTOR_DEVICE, CS_VERDICT_DENY,
         "list:totp list:totp+device list:totp"},
        {"password-and-totp-or-device", "secret", CS_FACTOR_TOTP, CS_VERDICT_DENY,
         "list:device list:totp+device"},
    };
    char calls[128];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        start_over();
        if (cases[i].other != CS_FACTOR_PASSWORD)
            method_scene_add(scene, cases[i].other, "o", "other");
        scene->options.accept_on_missing_auth_method = true;
        cs_script_answer(&scene->script, cases[i].answer);
        (void)snprintf(calls, sizeof calls, "ask find:demo judge:password=secret %s",
                       cases[i].calls);
        assert_run(cases[i].name, cases[i].verdict, calls);
        if (cases[i].verdict == CS_VERDICT_NOT_ENROLLED)
            assert_holds(&scene->login.result.authtok, TEXT("secret"));
    }
}

/* Every plan with a password needs a provider that checks one. */
static void test_check_passwords_need_a_provider_that_has_them(void **state)
{
    const unsigned all = CS_KIND(CS_FACTOR_KINDS) - 1;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_plan *plan = cs_plan_find(rows[i].name);
        struct cs_error error = {0};

        scene->options.add_devices_to_choice = true;
        assert_int_equal(cs_plan_check(plan, &scene->options, "pretend", all, &error), CS_OK);
        assert_int_equal(cs_plan_check(plan, &scene->options, "pretend",
                                       all & ~CS_KIND(CS_FACTOR_PASSWORD), &error),
                         rows[i].first == NONE ? CS_OK : CS_ERR_CONFIG);
        if (rows[i].first != NONE)
            assert_contains(error.text, "provider 'pretend' checks no passwords");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_table_all_of_them),
        IN_SCENE(test_run_each_plan_asks_in_order),
        IN_SCENE(test_run_wrong_password_starts_nothing),
        IN_SCENE(test_run_wrong_code_never_allows),
        IN_SCENE(test_run_first_asks_the_password_of_every_plan_and_nothing_else),
        IN_SCENE(test_run_without_factor_refused),
        IN_SCENE(test_run_without_factor_accepted_where_the_option_says_so),
        IN_SCENE(test_run_accept_on_missing_is_no_way_round),
        IN_SCENE(test_run_accept_on_missing_with_the_code_in_the_line),
        IN_SCENE(test_check_passwords_need_a_provider_that_has_them),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
