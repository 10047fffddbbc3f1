/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/support/channel_script.h"

static void test_ask_one_prompt_one_answer(void **state)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    (void)state;
    cs_script_channel_init(&script);
    cs_script_answer(&script, "123456");
    cs_script_answer_bytes(&script, "a\0b", 3);
    assert_int_equal(cs_ask(&script.channel, "Code: ", true, &answer, NULL), CS_OK);
    assert_holds(&answer, "123456", 6);
    assert_int_equal(cs_ask(&script.channel, "Password: ", false, &answer, NULL), CS_OK);
    assert_holds(&answer, "a\0b", 3);
    assert_string_equal(script.shown.text, "echo Code: \nhide Password: \n");
    assert_int_equal(cs_ask(&script.channel, "More: ", false, &answer, NULL), CS_ERR_HANGUP);
}

static enum cs_err one_too_many(struct cs_channel *channel, const struct cs_round *round,
                                struct cs_answers *ret_answers, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    (void)channel;
    (void)error;
    for (size_t i = 0; i < round->count + 1 && result == CS_OK; i++)
        result = cs_answers_add(ret_answers, "x", 1);
    return result;
}

static enum cs_err none_at_all(struct cs_channel *channel, const struct cs_round *round,
                               struct cs_answers *ret_answers, struct cs_error *error)
{
    (void)channel;
    (void)round;
    (void)ret_answers;
    (void)error;
    return CS_OK;
}

static void test_exchange_other_number_of_answers_refused(void **state)
{
    const struct cs_channel_ops ops[] = {{.exchange = one_too_many}, {.exchange = none_at_all}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ops); i++) {
        struct cs_channel channel = {.ops = &ops[i]};
        CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_ask(&channel, "Code: ", true, &answer, &error), CS_ERR_PROTOCOL);
        assert_contains(error.text, "answers to 1 prompts");
        assert_null(answer.data);
    }
}

static void test_fold_instruction_stands_before_next_prompt(void **state)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_fold_channel_clear) struct cs_fold_channel fold;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    (void)state;
    cs_script_channel_init(&script);
    cs_fold_channel_init(&fold, &script.channel);
    cs_script_answer(&script, "1");
    cs_script_answer(&script, "2");
    assert_int_equal(cs_tell(&fold.channel, "First", NULL), CS_OK);
    assert_int_equal(cs_tell(&fold.channel, "Second %n%s", NULL), CS_OK);
    assert_int_equal(script.rounds, 0); /* nothing without a prompt is shown */
    assert_int_equal(cs_ask(&fold.channel, "Code: ", true, &answer, NULL), CS_OK);
    assert_int_equal(cs_ask(&fold.channel, "Again: ", true, &answer, NULL), CS_OK);
    assert_string_equal(script.shown.text, "echo First \\nSecond %n%s \\nCode: \necho Again: \n");
    assert_holds(&answer, "2", 1);
}

/* What no prompt has room for goes by itself, before what is held back. */
static void test_fold_passes_on_what_stands_apart(void **state)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_fold_channel_clear) struct cs_fold_channel fold;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    (void)state;
    cs_script_channel_init(&script);
    cs_fold_channel_init(&fold, &script.channel);
    cs_script_answer(&script, "1");
    assert_int_equal(cs_tell(&fold.channel, "First", NULL), CS_OK);
    assert_int_equal(cs_tell_apart(&fold.channel, "Apart", NULL), CS_OK);
    assert_int_equal(cs_ask(&fold.channel, "Code: ", true, &answer, NULL), CS_OK);
    assert_string_equal(script.shown.text, "info Apart\necho First \\nCode: \n");
}

static void test_fold_round_with_several_prompts(void **state)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_fold_channel_clear) struct cs_fold_channel fold;
    CS_AUTO(cs_round_clear) struct cs_round round = {.instruction = strdup("Look")};
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};

    (void)state;
    cs_script_channel_init(&script);
    cs_fold_channel_init(&fold, &script.channel);
    cs_script_answer(&script, "a");
    cs_script_answer(&script, "b");
    assert_int_equal(cs_round_add(&round, "A: ", 3, true), CS_OK);
    assert_int_equal(cs_round_add(&round, "B: ", 3, false), CS_OK);
    assert_int_equal(cs_channel_exchange(&fold.channel, &round, &answers, NULL), CS_OK);
    assert_string_equal(script.shown.text, "echo Look \\nA: \nhide B: \n");
    assert_int_equal(answers.count, 2);
    assert_holds(&answers.items[1], "b", 1);
}

static void test_fold_held_text_freed_when_never_shown(void **state)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_fold_channel_clear) struct cs_fold_channel fold;

    (void)state;
    cs_script_channel_init(&script);
    cs_fold_channel_init(&fold, &script.channel);
    assert_int_equal(cs_tell(&fold.channel, "Bye", NULL), CS_OK);
    assert_string_equal(fold.held, "Bye \n");
}

static void test_fold_passes_wait_and_authtok_on(void **state)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_fold_channel_clear) struct cs_fold_channel fold;
    CS_AUTO(cs_secret_free) struct cs_secret authtok = {0};

    (void)state;
    cs_script_channel_init(&script);
    cs_fold_channel_init(&fold, &script.channel);
    assert_int_equal(cs_channel_authtok(&fold.channel, &authtok, NULL), CS_OK);
    assert_null(authtok.data);
    script.authtok = *SECRET("pw");
    assert_int_equal(cs_channel_authtok(&fold.channel, &authtok, NULL), CS_OK);
    assert_holds(&authtok, "pw", 2);
    assert_int_equal(cs_channel_wait(&fold.channel, 0, NULL), CS_OK);
    assert_int_equal(script.waits, 1);
    assert_int_equal(script.authtoks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ask_one_prompt_one_answer),
        cmocka_unit_test(test_exchange_other_number_of_answers_refused),
        cmocka_unit_test(test_fold_instruction_stands_before_next_prompt),
        cmocka_unit_test(test_fold_passes_on_what_stands_apart),
        cmocka_unit_test(test_fold_round_with_several_prompts),
        cmocka_unit_test(test_fold_held_text_freed_when_never_shown),
        cmocka_unit_test(test_fold_passes_wait_and_authtok_on),
    };

    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
