/* The dialogue of the method totp, with a provider that notes what it is asked. */
#include "tests/unit/unit.h"

#include <syslog.h>

#include "conversation/answer.h"
#include "methods/method.h"
#include "tests/support/channel_script.h"

/* Everything the method sees of the outside; the first member is what it gets. */
struct scene {
    struct cs_method_login login;
    struct cs_method_options options;
    struct cs_catalogue english;
    struct cs_phrasebook book;
    struct cs_text_variant own;
    struct cs_provider provider;
    struct cs_script_channel script;
    struct cs_buffer lines;  /* of the log */
    struct cs_buffer judged; /* one line for each attempt */
    struct cs_log log;
    const char *identity;
    enum cs_err verify_result;
    bool recovery;
};

static struct scene *scene_of(struct cs_provider *provider)
{
    return (struct scene *)(void *)((char *)provider - offsetof(struct scene, provider));
}

static enum cs_err verify(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_attempt *attempt, const struct cs_judging *judging,
                          struct cs_outcome *ret_outcome, struct cs_error *error)
{
    struct scene *scene = scene_of(provider);

    (void)call;
    (void)judging;
    cs_buffer_printf(&scene->judged, "%s%s%s\n", attempt->identity ? attempt->identity : "nobody",
                     attempt->countable ? " countable" : "", attempt->proven ? " proven" : "");
    if (scene->verify_result != CS_OK)
        return cs_fail(error, scene->verify_result, "broken");
    *ret_outcome = (struct cs_outcome){.reason = "wrong-code"};
    if (attempt->identity == NULL || attempt->answer->length != 6 ||
        strcmp(attempt->answer->data, "123456") != 0)
        return CS_OK;
    *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT,
                                       .reason = "totp",
                                       .recovery = scene->recovery,
                                       .recovery_left = 9};
    return CS_OK;
}

static const struct cs_provider_ops ops = {
    .name = "test", .verifies_unlisted = true, .verify = verify};

static enum cs_err identify(struct cs_method_login *login, const char **ret_identity,
                            struct cs_error *error)
{
    (void)error;
    *ret_identity = ((struct scene *)login)->identity;
    return CS_OK;
}

static bool proven(struct cs_method_login *login, bool answered)
{
    (void)login;
    (void)answered;
    return true;
}

static int scene_setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);

    if (scene == NULL)
        return -1;
    cs_script_channel_init(&scene->script);
    scene->provider.ops = &ops;
    scene->log = log_into(&scene->lines);
    scene->identity = "demo";
    scene->options = (struct cs_method_options){.otp_echo = true, .retry = 2};
    cs_catalogue_english(&scene->english);
    scene->book.catalogue = &scene->english;
    scene->login = (struct cs_method_login){.options = &scene->options,
                                            .channel = &scene->script.channel,
                                            .provider = &scene->provider,
                                            .log = &scene->log,
                                            .book = &scene->book,
                                            .client = "192.0.2.1",
                                            .identify = identify,
                                            .proven = proven,
                                            .reason = "none"};
    *state = scene;
    return 0;
}

static int scene_teardown(void **state)
{
    struct scene *scene = *state;

    cs_script_channel_clear(&scene->script);
    cs_buffer_free(&scene->lines);
    cs_buffer_free(&scene->judged);
    free(scene);
    return 0;
}

static void run(struct scene *scene, enum cs_verdict verdict, const char *reason)
{
    assert_int_equal(cs_method_totp.run(&scene->login, &cs_method_totp, NULL), verdict);
    assert_string_equal(scene->login.reason, reason);
    if (scene->lines.text != NULL)
        assert_null(strstr(scene->lines.text, "123456"));
}

static void test_run_right_code_allows_at_once(void **state)
{
    struct scene *scene = *state;

    cs_script_answer(&scene->script, "123456");
    run(scene, CS_VERDICT_ALLOW, "totp");
    assert_string_equal(scene->script.shown.text, "echo Verification code: \n");
    assert_string_equal(scene->judged.text, "demo countable proven\n");
    assert_int_equal(scene->login.answers, 1);
}

static void test_run_wrong_codes_count_down_to_max_tries(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "000000");
    scene->own.text = (char[]){"Code%%: "};
    scene->book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&scene->own, 1};
    scene->options.otp_echo = false;
    run(scene, CS_VERDICT_MAX_TRIES, "wrong-code");
    assert_string_equal(scene->script.shown.text,
                        "hide Code%: \n"
                        "hide That code was not accepted. Tries left: 2\\nCode%: \n"
                        "hide That code was not accepted. Tries left: 1\\nCode%: \n");
    assert_int_equal(scene->login.answers, 3);
}

static void test_run_second_try_right_allows(void **state)
{
    struct scene *scene = *state;

    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "123456");
    run(scene, CS_VERDICT_ALLOW, "totp");
    assert_string_equal(scene->judged.text, "nobody\ndemo countable proven\n");
}

/* sshd refuses the account: nothing after junk may allow or count against the user. */
static void test_run_junk_dooms_the_login(void **state)
{
    struct scene *scene = *state;

    cs_script_answer(&scene->script, "\b\n\r\177IN");
    cs_script_answer(&scene->script, "123456");
    cs_script_answer(&scene->script, "\b");
    run(scene, CS_VERDICT_MAX_TRIES, "refused-by-sshd");
    assert_string_equal(scene->judged.text, "nobody\nnobody\nnobody\n");
    assert_contains(scene->script.shown.text, "Tries left: 1");
}

static void test_run_unknown_account_sees_the_same(void **state)
{
    struct scene *scene = *state;

    scene->identity = NULL;
    for (int i = 0; i < 3; i++)
        cs_script_answer(&scene->script, "123456");
    run(scene, CS_VERDICT_MAX_TRIES, "unknown-user");
    assert_string_equal(scene->script.shown.text,
                        "echo Verification code: \n"
                        "echo That code was not accepted. Tries left: 2\\nVerification code: \n"
                        "echo That code was not accepted. Tries left: 1\\nVerification code: \n");
}

static void test_run_too_long_answer_never_judged_as_the_users(void **state)
{
    static char text[CS_ANSWER_BYTES_MAX + 2];
    struct scene *scene = *state;

    memset(text, '1', sizeof text - 1);
    scene->options.retry = 0;
    cs_script_answer(&scene->script, text);
    run(scene, CS_VERDICT_MAX_TRIES, "answer-too-long");
    assert_string_equal(scene->judged.text, "nobody\n");
}

static void test_run_recovery_code_tells_what_is_left(void **state)
{
    struct scene *scene = *state;

    scene->recovery = true;
    cs_script_answer(&scene->script, "123456");
    cs_script_answer(&scene->script, "");
    run(scene, CS_VERDICT_ALLOW, "totp");
    assert_contains(scene->script.shown.text,
                    "echo Recovery codes left: 9\\nPress Enter to continue: \n");
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
    struct scene *scene = *state;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        scene->script.at_end = rows[i].at_end;
        run(scene, rows[i].verdict, rows[i].reason);
    }
}

static void test_run_provider_failure_is_unavailable(void **state)
{
    struct scene *scene = *state;

    scene->verify_result = CS_ERR_STORE;
    cs_script_answer(&scene->script, "123456");
    run(scene, CS_VERDICT_UNAVAILABLE, "unavailable");
    assert_contains(scene->lines.text, "totp: broken");
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

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
        IN_SCENE(test_run_broken_dialogue_never_allows),
        IN_SCENE(test_run_provider_failure_is_unavailable),
    };

    return cmocka_run_group_tests_name("method_totp", tests, NULL, NULL);
}
