/* SPDX-License-Identifier: Apache-2.0 */
/* The dialogue about a security key: which prompt carries the request, when the helper of this
 * machine is asked instead, and what the person learns when that finds nothing. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "methods/plan.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/scene.h"
#include "u2f/host_message.h"

#define APP "pam://host.example.com"
#define PROMPT "Paste what countersign-touch answers to this line: "

/* ---- a helper ---- */

enum { REQUESTS_MAX = 8, PIN_SIZE = CS_U2F_PIN_MAX + 1 };

/* That a PIN was wrong is no result of its own. */
#define WRONG_PIN CS_ERR_TRUST

/* Answers each connection with the next of `results`; CS_OK is a signature. What a helper never
 * answers with stands for one that fails: CS_ERR_HANGUP closes at once, CS_ERR_PROTOCOL says
 * something else. CS_ERR_CANNOT_ASK asks for the PIN. */
static struct helper {
    char folder[64], path[96];
    int listener;
    pthread_t thread;
    enum cs_err results[REQUESTS_MAX];
    size_t count, asked;
    struct cs_u2f_host_request seen;
    char pins[REQUESTS_MAX][PIN_SIZE];
    int left; /* tries, after a wrong PIN */
} helper;

static void reply(int connection, enum cs_err result)
{
    struct cs_u2f_host_answer answer = {.purpose = CS_U2F_AUTHENTICATE, .result = result};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    char bytes[CS_U2F_HOST_REQUEST_MAX];
    struct cs_secret request = {.data = bytes};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request seen = {0};
    ssize_t length = recv(connection, bytes, sizeof bytes, 0);

    request.length = length > 0 ? (size_t)length : 0;
    if (cs_u2f_host_read_request(&request, &seen, NULL) != CS_OK)
        return;
    helper.seen = seen;
    helper.seen.pin = (struct cs_secret){0};
    if (seen.pin.data != NULL)
        memcpy(helper.pins[helper.asked - 1], seen.pin.data, seen.pin.length);
    if (result == WRONG_PIN) {
        answer.result = CS_ERR_CANNOT_ASK;
        answer.pin = CS_U2F_PIN_WRONG;
        answer.tries_left = helper.left;
    }
    answer.answer.assertion = (struct cs_u2f_assertion){
        .flags = 1, .counter = 7, .signature = {0x30}, .signature_length = CS_U2F_SIGNATURE_MIN};
    if (cs_u2f_host_write_answer(&answer, &packet, NULL) == CS_OK)
        (void)send(connection, packet.data, packet.length, MSG_NOSIGNAL);
}

static void *serve(void *context)
{
    (void)context;
    for (size_t i = 0; i < helper.count; i++) {
        int connection = accept(helper.listener, NULL, NULL);

        if (connection < 0)
            break;
        helper.asked++;
        if (helper.results[i] == CS_ERR_PROTOCOL)
            (void)send(connection, "nonsense", 8, MSG_NOSIGNAL);
        else if (helper.results[i] != CS_ERR_HANGUP)
            reply(connection, helper.results[i]);
        (void)close(connection);
    }
    return NULL;
}

static void start_helper(const enum cs_err *results, size_t count)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(helper.results, results, count * sizeof *results);
    helper.count = count;
    helper.asked = 0;
    memset(helper.pins, 0, sizeof helper.pins);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", helper.path);
    helper.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_int_not_equal(helper.listener, -1);
    assert_int_equal(bind(helper.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(helper.listener, REQUESTS_MAX), 0);
    assert_int_equal(pthread_create(&helper.thread, NULL, serve, NULL), 0);
}

static void stop_helper(void)
{
    (void)shutdown(helper.listener, SHUT_RDWR); /* ends an accept() that nobody came for */
    assert_int_equal(pthread_join(helper.thread, NULL), 0);
    assert_int_equal(close(helper.listener), 0);
}

/* ---- the scene ---- */

static char line[CS_U2F_REQUEST_LINE_MAX + 1];

static void make_line(void)
{
    const struct cs_u2f_request request = {.purpose = CS_U2F_AUTHENTICATE,
                                           .app_id = APP,
                                           .handles = {{{1, 2, 3}, 3}},
                                           .handle_count = 1};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    assert_int_equal(cs_u2f_write_request(&request, &text, NULL), CS_OK);
    (void)snprintf(line, sizeof line, "%s", text.text);
}

static int set_up(void **state)
{
    make_line();
    scratch_folder_make(helper.folder, sizeof helper.folder);
    (void)snprintf(helper.path, sizeof helper.path, "%s/u2f.sock", helper.folder);
    return scene_setup(state);
}

void scene_prepare(void)
{
    scene->key = true;
    scene->line = line;
    scene->origin = APP;
    scene->options.u2f_socket = helper.path;
    method_scene_add(scene, CS_FACTOR_U2F, "k", "");
}

static int tear_down(void **state)
{
    scratch_folder_remove(helper.folder);
    return scene_teardown(state);
}

static void assert_run(enum cs_verdict verdict, const char *reason)
{
    assert_int_equal(cs_plan_run(cs_plan_find("u2f"), &scene->login), verdict);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
}

/* What the person saw, with the request written as LINE. */
static void assert_shown(const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer shown = {0};
    const char *rest = scene->script.shown.text ? scene->script.shown.text : "", *found;

    for (; (found = strstr(rest, line)) != NULL; rest = found + strlen(line)) {
        cs_buffer_add(&shown, rest, (size_t)(found - rest));
        cs_buffer_text(&shown, "LINE");
    }
    cs_buffer_text(&shown, rest);
    assert_string_equal(shown.text, expected);
}

/* ---- a key elsewhere ---- */

static void test_prompt_carries_the_request(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f");
    assert_shown("echo " PROMPT "LINE : \n");
    assert_string_equal(method_scene_calls(scene),
                        "find:demo list:u2f begin:u2f= ask judge:u2f=123456");
    assert_int_equal(scene->seconds, 60);
}

static void test_every_try_has_its_own_challenge(void **state)
{
    (void)state;
    cs_script_answer(&scene->script, "654321");
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f");
    assert_shown("echo " PROMPT "LINE : \n"
                 "echo Your answer was not accepted. Tries left: 2 \\n" PROMPT "LINE : \n");
    assert_string_equal(method_scene_calls(scene),
                        "find:demo list:u2f begin:u2f= ask judge:u2f=654321 begin:u2f= ask "
                        "judge:u2f=123456");
}

static void test_a_login_from_elsewhere_never_asks_the_helper(void **state)
{
    static const enum cs_err results[] = {CS_OK};

    (void)state;
    start_helper(results, 1);
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f");
    stop_helper();
    assert_int_equal(helper.seen.handle_count, 0);
    assert_shown("echo " PROMPT "LINE : \n");
}

/* ---- a key of this machine ---- */

/* The person is at this machine, and has that many further tries. */
static void sit_here(enum cs_wait_mode mode, unsigned retry)
{
    scene->given.here = true;
    scene->given.number_mode = mode;
    scene->options.retry = retry;
}

/* One touch, of a key whose look ended like that. */
static void touch_after(enum cs_err look)
{
    const enum cs_err results[] = {look, CS_OK};

    sit_here(CS_WAIT_LIVE, 0);
    start_helper(results, CS_ARRAY_SIZE(results));
    assert_run(CS_VERDICT_MAX_TRIES, "wrong-code"); /* the scene knows no signatures */
    stop_helper();
    assert_shown("info Touch your security key.\n");
}

static void test_touch_of_a_key_here(void **state)
{
    unsigned char hash[CS_U2F_HASH_BYTES], challenge[CS_U2F_CHALLENGE_BYTES] = {0};

    (void)state;
    touch_after(CS_ERR_TIMEOUT);
    assert_contains(method_scene_calls(scene), "judge:u2f=AAEAAAAH");
    assert_int_equal(helper.seen.handle_count, 1);
    assert_int_equal(helper.seen.milliseconds, 60000);
    assert_int_equal(cs_u2f_client_hash(CS_U2F_AUTHENTICATE, challenge, APP, hash, NULL), CS_OK);
    assert_memory_equal(helper.seen.client_hash, hash, sizeof hash);
    assert_string_equal(helper.seen.app_id, APP);
}

/* A wrong answer from elsewhere and then the right one, whatever the helper says. */
static void answer_twice(const enum cs_err *results, size_t count)
{
    start_helper(results, count);
    cs_script_answer(&scene->script, "654321");
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f");
    stop_helper();
}

static void test_no_key_here_asks_elsewhere(void **state)
{
    static const enum cs_err results[] = {CS_ERR_NOT_FOUND, CS_ERR_INPUT};

    (void)state;
    scene->given.here = true;
    answer_twice(results, CS_ARRAY_SIZE(results));
    assert_shown("echo None of your security keys is plugged into . \\n" PROMPT "LINE : \n"
                 "echo Your answer was not accepted. Tries left: 2 \\n" PROMPT "LINE : \n");
}

/* One whose counter went back may well be plugged in: it is refused, and not missing. */
static void test_a_refused_key_is_not_said_to_be_missing(void **state)
{
    static const enum cs_err results[] = {CS_ERR_NOT_FOUND};

    (void)state;
    scene->given.here = true;
    scene->withheld = true;
    start_helper(results, 1);
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f");
    stop_helper();
    assert_shown("echo One of your security keys is no longer accepted. \\nContact your "
                 "administrator. \\n" PROMPT "LINE : \n");
}

/* Where texts come with the next prompt only, there is one before the touch. */
static void test_touch_where_texts_wait(void **state)
{
    static const enum cs_err results[] = {CS_ERR_TIMEOUT, CS_OK, CS_ERR_TIMEOUT};

    (void)state;
    sit_here(CS_WAIT_ENTER, 1);
    start_helper(results, CS_ARRAY_SIZE(results));
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "123456"); /* in place of the touch */
    assert_run(CS_VERDICT_ALLOW, "u2f");
    stop_helper();
    assert_shown("echo Press Enter, then touch your security key: \n"
                 "echo Your answer was not accepted. Tries left: 1 \\n"
                 "Press Enter, then touch your security key: \n");
    assert_contains(method_scene_calls(scene), "judge:u2f=AAEAAAAH");
}

/* Nothing blinks again by itself; and the answer may come from elsewhere. */
static void after_no_touch(const char *typed, enum cs_verdict verdict, const char *reason)
{
    static const enum cs_err results[] = {CS_ERR_TIMEOUT, CS_ERR_TIMEOUT, CS_ERR_TIMEOUT, CS_OK};

    sit_here(CS_WAIT_LIVE, 1);
    start_helper(results, CS_ARRAY_SIZE(results));
    cs_script_answer(&scene->script, typed);
    assert_run(verdict, reason);
    stop_helper();
    assert_shown("info Touch your security key.\n"
                 "info The security key was not touched in time.\n"
                 "echo Press Enter, then touch your security key: LINE : \n");
}

static void test_after_no_touch_enter_asks_for_it_again(void **state)
{
    (void)state;
    after_no_touch("", CS_VERDICT_MAX_TRIES, "wrong-code"); /* the scene knows no signatures */
    assert_int_equal(helper.asked, 4);
    assert_contains(method_scene_calls(scene), "judge:u2f=AAEAAAAH");
}

static void test_after_no_touch_an_answer_may_come_from_elsewhere(void **state)
{
    (void)state;
    after_no_touch("123456", CS_VERDICT_ALLOW, "u2f");
    assert_int_equal(helper.asked, 3);
}

/* There was no answer that could have been refused, and what is asked next needs a reason. */
static void test_after_no_touch_the_key_may_be_gone(void **state)
{
    static const enum cs_err results[] = {CS_ERR_TIMEOUT, CS_ERR_TIMEOUT, CS_ERR_NOT_FOUND,
                                          CS_ERR_NOT_FOUND};

    (void)state;
    sit_here(CS_WAIT_LIVE, 2);
    answer_twice(results, CS_ARRAY_SIZE(results));
    assert_shown("info Touch your security key.\n"
                 "info The security key was not touched in time.\n"
                 "echo None of your security keys is plugged into . \\n" PROMPT "LINE : \n"
                 "echo Your answer was not accepted. Tries left: 1 \\n" PROMPT "LINE : \n");
}

/* The right key may be beside it. */
static void test_a_key_that_does_not_answer_is_no_reason_not_to_ask(void **state)
{
    (void)state;
    touch_after(CS_ERR_UNAVAILABLE);
    /* A challenge to look with, and one whose time begins with the touch. */
    assert_contains(method_scene_calls(scene),
                    "find:demo list:u2f begin:u2f= begin:u2f= judge:u2f=AAEAAAAH");
}

static void test_no_touch_is_a_try(void **state)
{
    static const enum cs_err results[] = {CS_ERR_TIMEOUT, CS_ERR_TIMEOUT};

    (void)state;
    sit_here(CS_WAIT_LIVE, 0);
    start_helper(results, CS_ARRAY_SIZE(results));
    assert_run(CS_VERDICT_MAX_TRIES, "not-touched");
    stop_helper();
    assert_null(strstr(method_scene_calls(scene), "judge"));
}

static void test_no_helper_asks_elsewhere(void **state)
{
    (void)state;
    scene->given.here = true;
    cs_script_answer(&scene->script, "123456");
    assert_run(CS_VERDICT_ALLOW, "u2f");
    assert_shown("echo " PROMPT "LINE : \n");
}

/* ---- a helper that fails ---- */

/* It is asked once: nobody is told to touch anything, and the next try does not wait for it. */
static void assert_look_fails(enum cs_err end)
{
    const enum cs_err results[] = {end, CS_ERR_TIMEOUT};

    sit_here(CS_WAIT_ENTER, 1);
    answer_twice(results, CS_ARRAY_SIZE(results));
    assert_shown("echo " PROMPT "LINE : \n"
                 "echo Your answer was not accepted. Tries left: 1 \\n" PROMPT "LINE : \n");
    assert_int_equal(helper.asked, 1);
}

static void test_a_helper_that_closes_at_once_is_none(void **state)
{
    (void)state;
    assert_look_fails(CS_ERR_HANGUP);
}

static void test_a_helper_that_talks_nonsense_is_none(void **state)
{
    (void)state;
    assert_look_fails(CS_ERR_PROTOCOL);
}

/* The person is still there: no hang-up may be reported. */
static void test_a_helper_that_cancels_by_itself_is_none(void **state)
{
    (void)state;
    assert_look_fails(CS_ERR_CANCELLED);
}

static void assert_touch_fails(enum cs_err end, size_t asked)
{
    const enum cs_err results[] = {CS_ERR_TIMEOUT, end, CS_ERR_INPUT};

    sit_here(CS_WAIT_LIVE, 1);
    answer_twice(results, CS_ARRAY_SIZE(results));
    assert_shown("info Touch your security key.\n"
                 "echo " PROMPT "LINE : \n"
                 "echo Your answer was not accepted. Tries left: 1 \\n" PROMPT "LINE : \n");
    assert_int_equal(helper.asked, asked);
}

static void test_a_helper_that_fails_at_the_touch_asks_elsewhere(void **state)
{
    (void)state;
    assert_touch_fails(CS_ERR_HANGUP, 2);
}

/* It may be plugged in again. */
static void test_a_key_that_fails_at_the_touch_is_looked_for_again(void **state)
{
    (void)state;
    assert_touch_fails(CS_ERR_UNAVAILABLE, 3);
}

/* ---- its PIN ---- */

#define PIN_PROMPT "PIN of your security key, then touch it: "

static void log_in_with_pins(const enum cs_err *results, size_t count, unsigned retry,
                             enum cs_verdict verdict, const char *reason)
{
    sit_here(CS_WAIT_LIVE, retry);
    start_helper(results, count);
    assert_run(verdict, reason);
    stop_helper();
    assert_int_equal(helper.asked, count);
}

/* A wrong answer like others: the provider counts it, and does not see it. */
static void test_a_wrong_pin_is_a_wrong_answer(void **state)
{
    static const enum cs_err results[] = {CS_ERR_CANNOT_ASK, WRONG_PIN, CS_ERR_CANNOT_ASK,
                                          WRONG_PIN};

    (void)state;
    helper.left = 7;
    cs_script_answer(&scene->script, "1357");
    cs_script_answer(&scene->script, "123456"); /* a right code to the scene's provider */
    log_in_with_pins(results, CS_ARRAY_SIZE(results), 1, CS_VERDICT_MAX_TRIES, "wrong-pin");
    assert_shown("hide " PIN_PROMPT "\n"
                 "hide That PIN is wrong. Tries left: 1 \\n" PIN_PROMPT "\n");
    assert_string_equal(helper.pins[1], "1357");
    assert_string_equal(helper.pins[3], "123456");
    assert_contains(method_scene_calls(scene), "judge:u2f=a wrong PIN");
    assert_null(strstr(method_scene_calls(scene), "1357"));
    assert_null(strstr(method_scene_calls(scene), "123456"));
    assert_true(scene->countable);
    assert_string_equal(cs_reason_name(scene->login.result.last), "wrong-pin");
    assert_int_equal(scene->login.result.tally.refused[CS_REFUSED_KEY], 2);
}

/* The owner has the last three elsewhere. */
static void test_tries_left_are_those_here(void **state)
{
    static const enum cs_err results[] = {CS_ERR_CANNOT_ASK, WRONG_PIN, CS_ERR_CANNOT_ASK, CS_OK,
                                          CS_ERR_CANNOT_ASK};

    (void)state;
    helper.left = 4;
    cs_script_answer(&scene->script, "1357");
    cs_script_answer(&scene->script, "2468");
    cs_script_answer(&scene->script, "");
    log_in_with_pins(results, CS_ARRAY_SIZE(results), 2, CS_VERDICT_MAX_TRIES, "not-touched");
    assert_contains(scene->script.shown.text, "That PIN is wrong. Tries left: 1 ");
}

/* A program answers every hidden prompt with the account's password; or it is far too long. */
static void test_no_wrong_pin_is_sent_twice(void **state)
{
    static const enum cs_err results[] = {CS_ERR_CANNOT_ASK, WRONG_PIN, CS_ERR_CANNOT_ASK,
                                          CS_ERR_CANNOT_ASK};
    char too_long[CS_U2F_PIN_MAX + 2] = "";

    (void)state;
    helper.left = 7;
    memset(too_long, 'x', sizeof too_long - 1);
    cs_script_answer(&scene->script, "correct horse");
    cs_script_answer(&scene->script, "correct horse");
    cs_script_answer(&scene->script, too_long);
    log_in_with_pins(results, CS_ARRAY_SIZE(results), 2, CS_VERDICT_MAX_TRIES, "wrong-pin");
    assert_int_equal(scene->login.result.tally.refused[CS_REFUSED_KEY], 3);
}

/* The right one may be, if only the touch was missing. */
static void test_a_pin_without_a_touch_is_sent_again(void **state)
{
    static const enum cs_err results[] = {CS_ERR_CANNOT_ASK, CS_ERR_TIMEOUT, CS_ERR_CANNOT_ASK,
                                          CS_OK};

    (void)state;
    cs_script_answer(&scene->script, "2468");
    cs_script_answer(&scene->script, "2468");
    log_in_with_pins(results, CS_ARRAY_SIZE(results), 1, CS_VERDICT_MAX_TRIES, "wrong-code");
    assert_string_equal(helper.pins[3], "2468");
}

/* One PIN in a try, whatever the key says. */
static void test_a_key_that_asks_for_its_pin_again_fails(void **state)
{
    static const enum cs_err results[] = {CS_ERR_TIMEOUT, CS_ERR_CANNOT_ASK, CS_ERR_CANNOT_ASK};

    (void)state;
    cs_script_answer(&scene->script, "2468");
    cs_script_answer(&scene->script, "123456");
    log_in_with_pins(results, CS_ARRAY_SIZE(results), 0, CS_VERDICT_ALLOW, "u2f");
    assert_shown("info Touch your security key.\nhide " PIN_PROMPT "\n"
                 "echo " PROMPT "LINE : \n");
}

/* Said once; the next try does not ask for the PIN in vain. */
static void test_what_no_try_changes_is_not_asked_again(void **state)
{
    static const struct {
        enum cs_err result;
        const char *words;
    } rows[] = {{CS_ERR_RESTING, "accepts no PIN now"},
                {CS_ERR_LIMIT, "is blocked"},
                {CS_ERR_SPARED, "accepts no PIN here any more"},
                {CS_ERR_STALE, "wants its PIN changed first"},
                {CS_ERR_CONFIG, "has no PIN and no fingerprint"}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const enum cs_err results[] = {CS_ERR_CANNOT_ASK, WRONG_PIN, CS_ERR_CANNOT_ASK,
                                       rows[i].result, CS_ERR_NOT_FOUND};

        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        helper.left = 4;
        cs_script_answer(&scene->script, "1357");
        cs_script_answer(&scene->script, "2468");
        cs_script_answer(&scene->script, "654321");
        cs_script_answer(&scene->script, "123456");
        sit_here(CS_WAIT_LIVE, 2);
        start_helper(results, CS_ARRAY_SIZE(results));
        assert_run(CS_VERDICT_ALLOW, "u2f");
        stop_helper();
        assert_int_equal(helper.asked, CS_ARRAY_SIZE(results) - 1);
        assert_contains(scene->script.shown.text, rows[i].words);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_prompt_carries_the_request),
        TEST(test_every_try_has_its_own_challenge),
        TEST(test_a_login_from_elsewhere_never_asks_the_helper),
        TEST(test_touch_of_a_key_here),
        TEST(test_no_key_here_asks_elsewhere),
        TEST(test_a_refused_key_is_not_said_to_be_missing),
        TEST(test_touch_where_texts_wait),
        TEST(test_after_no_touch_enter_asks_for_it_again),
        TEST(test_after_no_touch_an_answer_may_come_from_elsewhere),
        TEST(test_after_no_touch_the_key_may_be_gone),
        TEST(test_a_key_that_does_not_answer_is_no_reason_not_to_ask),
        TEST(test_no_touch_is_a_try),
        TEST(test_no_helper_asks_elsewhere),
        TEST(test_a_helper_that_closes_at_once_is_none),
        TEST(test_a_helper_that_talks_nonsense_is_none),
        TEST(test_a_helper_that_cancels_by_itself_is_none),
        TEST(test_a_helper_that_fails_at_the_touch_asks_elsewhere),
        TEST(test_a_key_that_fails_at_the_touch_is_looked_for_again),
        TEST(test_a_wrong_pin_is_a_wrong_answer),
        TEST(test_tries_left_are_those_here),
        TEST(test_no_wrong_pin_is_sent_twice),
        TEST(test_a_pin_without_a_touch_is_sent_again),
        TEST(test_a_key_that_asks_for_its_pin_again_fails),
        TEST(test_what_no_try_changes_is_not_asked_again),
    };

    return cmocka_run_group_tests_name("method_u2f", tests, NULL, NULL);
}
