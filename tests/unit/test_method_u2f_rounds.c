/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to security keys that do not fit into one prompt, and what prompts say about
 * verification. */
#include "tests/unit/unit.h"

#include "methods/plan.h"
#include "tests/unit/scene.h"

#define PROMPT "Paste what countersign-touch answers to this line: "
#define MORE "If you use another key, just press Enter. \\n"
#define VERIFY "Your key will ask for its PIN or fingerprint; \\ndo not type the PIN here. \\n"
#define AGAIN "Your answer was not accepted. Tries left: 1 \\n"

enum { LIMIT = 500, AFTER = 3 };

void scene_prepare(void)
{
    scene->key = true;
    scene->line = "U2F2.LINE";
    scene->options.u2f_prompt_bytes = LIMIT;
    scene->options.retry = 1;
    method_scene_add(scene, CS_FACTOR_U2F, "k", "");
}

static void assert_run(enum cs_verdict verdict, const char *reason, const char *shown)
{
    assert_int_equal(cs_plan_run(cs_plan_find("u2f"), &scene->login), verdict);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
    assert_string_equal(scene->script.shown.text, shown);
}

static void test_one_prompt_has_room(void **state)
{
    (void)state;
    scene->keys = 1;
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f", "echo " PROMPT "U2F2.LINE : \n");
    assert_int_equal(scene->room, LIMIT - strlen(PROMPT) - AFTER);
    assert_int_equal(scene->more_room, strlen(MORE) - 1);
}

static void test_enter_brings_the_next_round(void **state)
{
    (void)state;
    scene->keys = 3;
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f",
               "echo " MORE PROMPT "U2F2.LINE : \n"
               "echo " MORE PROMPT "U2F2.LINE : \n"
               "echo " PROMPT "U2F2.LINE : \n");
    assert_string_equal(method_scene_calls(scene),
                        "find:demo list:u2f begin:u2f= ask begin:u2f= ask begin:u2f= ask "
                        "judge:u2f=123456");
}

/* Going through all rounds is a try, and the next one begins with the first round again. */
static void test_enter_in_the_last_round_is_a_try(void **state)
{
    (void)state;
    scene->keys = 2;
    for (int i = 0; i < 4; i++)
        cs_script_answer(&scene->script, "");
    assert_run(CS_VERDICT_MAX_TRIES, "empty-answer",
               "echo " MORE PROMPT "U2F2.LINE : \n"
               "echo " PROMPT "U2F2.LINE : \n"
               "echo " AGAIN MORE PROMPT "U2F2.LINE : \n"
               "echo " AGAIN PROMPT "U2F2.LINE : \n");
    assert_string_equal(method_scene_calls(scene),
                        "find:demo list:u2f begin:u2f= ask begin:u2f= ask begin:u2f= ask "
                        "begin:u2f= ask");
}

/* A wrong answer is one in every round. */
static void test_a_wrong_answer_in_the_first_round_is_a_try(void **state)
{
    (void)state;
    scene->keys = 2;
    cs_script_answer(&scene->script, "654321");
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f",
               "echo " MORE PROMPT "U2F2.LINE : \n"
               "echo " AGAIN MORE PROMPT "U2F2.LINE : \n");
}

static void test_without_a_limit_there_are_no_rounds(void **state)
{
    (void)state;
    scene->options.u2f_prompt_bytes = 0;
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f", "echo " PROMPT "U2F2.LINE : \n");
    assert_int_equal(scene->room, 0);
}

/* Longer texts leave less room: a line end is one byte, and two letters in the script. */
static void test_verification_is_announced(void **state)
{
    (void)state;
    scene->verifies = true;
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f", "echo " VERIFY PROMPT "U2F2.LINE : \n");
    assert_int_equal(scene->room, LIMIT - (strlen(VERIFY) - 2) - strlen(PROMPT) - AFTER);
}

/* What the program beside the key says as well makes way for the request. */
static void test_verification_is_not_announced_without_room(void **state)
{
    (void)state;
    scene->verifies = true;
    scene->options.u2f_prompt_bytes = 100;
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f", "echo " PROMPT "U2F2.LINE : \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_one_prompt_has_room),
        IN_SCENE(test_enter_brings_the_next_round),
        IN_SCENE(test_enter_in_the_last_round_is_a_try),
        IN_SCENE(test_a_wrong_answer_in_the_first_round_is_a_try),
        IN_SCENE(test_without_a_limit_there_are_no_rounds),
        IN_SCENE(test_verification_is_announced),
        IN_SCENE(test_verification_is_not_announced_without_room),
    };

    return cmocka_run_group_tests_name("method_u2f_rounds", tests, NULL, NULL);
}
