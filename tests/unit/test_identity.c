/* SPDX-License-Identifier: Apache-2.0 */
/* The identity, asked for in the conversation, and the prompt that offers an approval. */
#include "tests/unit/unit.h"

#include "methods/identity.h"
#include "methods/plan.h"
#include "tests/unit/scene.h"

#define ID "echo Your ID (email or user name), or just Enter: \n"
#define CODE "echo Verification code: \n"
#define OR_APPROVE "echo Verification code, \\nor just Enter to approve on your phone: \n"

/* A provider as Werbot's. */
void scene_prepare(void)
{
    scene->ops.remote = false;
    scene->ops.judges_unlisted = true;
    scene->ops.binds_identity = true;
    scene->ops.accepts_empty = CS_KIND(CS_FACTOR_TOTP);
    scene->options.ask_identity = true;
    scene->options.retry = 0;
}

static enum cs_verdict run(const char *plan)
{
    return cs_plan_run(cs_plan_find(plan), &scene->login);
}

static void test_what_is_typed_is_claimed_and_judged(void **state)
{
    static const struct {
        const char *typed, *claimed; /* NULL: nothing */
    } rows[] = {
        {"", NULL},
        {" ", NULL},
        {"   ", NULL},
        {"alice@example.org", "alice@example.org"},
        {"  alice  ", "alice"},
        {"Alice Example", "Alice Example"},
        {"j\xc3\xb6rg", "j\xc3\xb6rg"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        cs_script_answer(&scene->script, rows[i].typed);
        cs_script_answer(&scene->script, "123456");
        assert_int_equal(run("totp"), CS_VERDICT_ALLOW);
        assert_string_equal(scene->claimed, rows[i].claimed ? rows[i].claimed : "");
        assert_string_equal(scene->user, rows[i].claimed ? rows[i].claimed : "demo");
        assert_string_equal(scene->script.shown.text, ID CODE);
    }
}

/* It ends as a wrong code does, and nobody is asked about it. */
static void test_what_cannot_be_an_identity_is_asked_about_of_nobody(void **state)
{
    char too_long[600];
    const struct {
        const char *typed, *reason;
    } rows[] = {{"al\x1b[2Jice", "wrong-form"},
                {"al\xe2\x80\xae"
                 "ice",
                 "wrong-form"},
                {"al\xff\xfeice", "wrong-form"},
                {"tab\tbed", "wrong-form"},
                {too_long, "wrong-form"},
                {JUNK, "refused-by-sshd"}};

    (void)state;
    memset(too_long, 'a', 300);
    too_long[300] = '\0';
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->key = true;
        scene->settings.approves_elsewhere = true;
        cs_script_answer(&scene->script, rows[i].typed);
        cs_script_answer(&scene->script, i % 2 == 0 ? "123456" : "");
        assert_int_equal(run("totp"), CS_VERDICT_MAX_TRIES);
        if (strcmp(rows[i].reason, "refused-by-sshd") != 0)
            assert_string_equal(cs_reason_name(scene->login.result.reason), rows[i].reason);
        assert_string_equal(scene->claimed, "");
        assert_string_equal(scene->judged.text, "nobody\n");
        assert_string_equal(scene->script.shown.text, ID CODE);
    }
}

static void test_an_account_without_an_identity_gets_none_by_typing(void **state)
{
    (void)state;
    scene->key = true;
    scene->identity = NULL;
    cs_script_answer(&scene->script, "alice");
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run("totp"), CS_VERDICT_MAX_TRIES);
    assert_string_equal(scene->user, "");
}

static void test_only_a_provider_that_binds_it(void **state)
{
    (void)state;
    scene->ops.binds_identity = false;
    cs_script_answer(&scene->script, "somebody-else");
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run("totp"), CS_VERDICT_MISCONFIGURED);
    assert_null(scene->script.shown.text);
    assert_null(scene->judged.text);
    assert_contains(scene->lines.text, "ask_identity: provider 'pretend' cannot say whether");
}

static void test_a_broken_dialogue_ends_the_login(void **state)
{
    (void)state;
    scene->script.at_end = CS_ERR_HANGUP;
    assert_int_equal(run("totp"), CS_VERDICT_ABORTED);
    assert_null(scene->judged.text);
}

static void test_without_the_option_nothing_is_asked(void **state)
{
    (void)state;
    scene->options.ask_identity = false;
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(run("totp"), CS_VERDICT_ALLOW);
    assert_string_equal(scene->script.shown.text, CODE);
}

/* ---- nothing typed asks for an approval ---- */

static void test_an_approval_is_offered_only_where_it_would_be_sent(void **state)
{
    static const struct {
        bool key, accepts, own;
        const char *shown;
    } rows[] = {
        {true, true, false, OR_APPROVE},
        {false, true, false, CODE},
        {true, false, false, CODE},
        {true, true, true, "echo Code: \n"}, /* the administrator's text serves for both */
    };
    char own[] = "Code: ";

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->options.ask_identity = false;
        scene->key = rows[i].key;
        scene->ops.accepts_empty = rows[i].accepts ? CS_KIND(CS_FACTOR_TOTP) : 0;
        if (rows[i].own) {
            scene->own.text = own;
            scene->book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&scene->own, 1};
        }
        cs_script_answer(&scene->script, "123456");
        assert_int_equal(run("totp"), CS_VERDICT_ALLOW);
        assert_string_equal(scene->script.shown.text, rows[i].shown);
    }
}

/* Only the account says whether a key counts, for root for example; so it is looked up for the
 * prompt, but only after a key. */
static void test_whose_key_it_was_is_looked_up_for_the_prompt(void **state)
{
    (void)state;
    for (int key = 0; key < 2; key++) {
        start_over();
        scene->options.ask_identity = false;
        scene->key_if_known = key != 0;
        scene->script.at_end = CS_ERR_HANGUP;
        assert_int_equal(run("totp"), CS_VERDICT_ABORTED);
        assert_string_equal(scene->script.shown.text, key ? OR_APPROVE : CODE);
        assert_int_equal(scene->known, key != 0);
    }
    start_over();
    scene->options.ask_identity = false;
    scene->key_if_answered = true;
    scene->script.at_end = CS_ERR_HANGUP;
    assert_int_equal(run("totp"), CS_VERDICT_ABORTED);
    assert_string_equal(scene->script.shown.text, CODE);
}

static void test_nothing_typed_needs_a_first_factor(void **state)
{
    (void)state;
    for (int key = 0; key < 2; key++) {
        start_over();
        scene->options.ask_identity = false;
        scene->key = key != 0;
        scene->settings.approves_elsewhere = true;
        cs_script_answer(&scene->script, "");
        assert_int_equal(run("totp"), key ? CS_VERDICT_ALLOW : CS_VERDICT_MAX_TRIES);
        assert_string_equal(scene->user, key ? "demo" : "");
        assert_int_equal(scene->login.state.sent, key != 0);
    }
}

/* For root over sshd a key counts after an answer that is not junk; an identity is one. */
static void test_a_typed_identity_is_an_answer(void **state)
{
    (void)state;
    for (int typed = 0; typed < 2; typed++) {
        start_over();
        scene->key_if_answered = true;
        scene->settings.approves_elsewhere = true;
        cs_script_answer(&scene->script, typed ? "alice" : "");
        cs_script_answer(&scene->script, "");
        assert_int_equal(run("totp"), typed ? CS_VERDICT_ALLOW : CS_VERDICT_MAX_TRIES);
        assert_string_equal(scene->user, typed ? "alice" : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_what_is_typed_is_claimed_and_judged),
        IN_SCENE(test_what_cannot_be_an_identity_is_asked_about_of_nobody),
        IN_SCENE(test_an_account_without_an_identity_gets_none_by_typing),
        IN_SCENE(test_only_a_provider_that_binds_it),
        IN_SCENE(test_a_broken_dialogue_ends_the_login),
        IN_SCENE(test_without_the_option_nothing_is_asked),
        IN_SCENE(test_an_approval_is_offered_only_where_it_would_be_sent),
        IN_SCENE(test_whose_key_it_was_is_looked_up_for_the_prompt),
        IN_SCENE(test_nothing_typed_needs_a_first_factor),
        IN_SCENE(test_a_typed_identity_is_an_answer),
    };

    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
