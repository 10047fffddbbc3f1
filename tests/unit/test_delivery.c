/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches the person on another way: when, with which message, and for how long. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "methods/challenge.h"
#include "methods/delivery.h"
#include "tests/unit/scene.h"

void scene_prepare(void)
{
    method_scene_add(scene, CS_FACTOR_DEVICE, "d", "phone");
    method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    scene->login.state.user.found = scene->login.state.sought = true;
    scene->key = true;
}

static void begin(void)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = &scene->login, .factor = &scene->factors[0]};
    struct cs_error error = {0};

    if (cs_open_challenge_begin(&open, &error) != CS_OK)
        fail_msg("%s", error.text);
    assert_string_equal(open.challenge.id, "d");
}

/* ---- the message ---- */

static void test_message_names_the_host(void **state)
{
    static const char *const rows[][2] = {
        {"Do you approve the request from {hostname}?",
         "Do you approve the request from host.example.com?"},
        {"{hostname}{hostname} and {hostname}",
         "host.example.comhost.example.com and host.example.com"},
        {"{hostname", "{hostname"},
        {"{HOSTNAME} hostname}", "{HOSTNAME} hostname}"},
        {"Sign in on %H?", "Sign in on bookhost?"},
        {"no name", "no name"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        cs_values_set(&scene->book.values, 'H', "bookhost");
        scene->own.text = (char *)(uintptr_t)rows[i][0];
        scene->book.own[CS_TEXT_VERIFY_MESSAGE] = (struct cs_text_setting){&scene->own, 1};
        begin();
        assert_string_equal(scene->message.text, rows[i][1]);
    }
    start_over(); /* the catalogue's */
    cs_values_set(&scene->book.values, 'H', "bookhost");
    cs_values_set(&scene->book.values, 'U', "demo");
    begin();
    assert_string_equal(scene->message.text, "Approve sign-in to bookhost as demo?");
}

/* ---- for how long ---- */

/* What outlives the login could be approved when nobody waits for it any more. */
static void test_seconds_bounded_by_the_login(void **state)
{
    static const struct {
        int64_t left_ms;
        unsigned timeout, seconds;
    } rows[] = {
        {110 * 1000, 60, 60}, {110 * 1000, 600, 107}, {60 * 1000 + 2500, 60, 60},
        {30 * 1000, 60, 27},  {3500, 60, 1},          {100, 60, 1},
        {-5000, 60, 1},       {110 * 1000, 5, 5},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->options.poll_timeout = rows[i].timeout;
        scene->given.call.deadline = cs_clock_ms() + rows[i].left_ms;
        begin();
        assert_int_equal(scene->seconds, rows[i].seconds);
    }
}

static void test_begin_failure_reaches_the_caller(void **state)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = &scene->login, .factor = &scene->factors[0]};
    struct cs_error error = {0};

    (void)state;
    scene->begin_result = CS_ERR_UNREACHABLE;
    assert_int_equal(cs_open_challenge_begin(&open, &error), CS_ERR_UNREACHABLE);
}

/* ---- consent ---- */

static bool consents(enum cs_verdict *ret_verdict)
{
    return cs_ask_consent(&scene->login, &cs_method_smsotp, &scene->factors[1], ret_verdict);
}

static void test_consent_given_before(void **state)
{
    enum cs_verdict verdict = CS_VERDICT_DENY;

    (void)state;
    assert_true(consents(&verdict)); /* by a first factor */
    scene->key = false;
    scene->login.state.consented = true; /* by a choice */
    assert_true(consents(&verdict));
    assert_int_equal(scene->script.rounds, 0);
}

/* After a denial nothing is sent without a first factor, whatever is typed or chosen. */
static void test_denial_is_final_without_a_first_factor(void **state)
{
    enum cs_verdict verdict = CS_VERDICT_ALLOW;

    (void)state;
    for (int chosen = 0; chosen < 2; chosen++) {
        start_over();
        scene->key = false;
        scene->quiet = true;
        scene->login.state.consented = chosen;
        for (int i = 0; i < 6; i++)
            cs_script_answer(&scene->script, "s");
        assert_false(consents(&verdict));
        assert_int_not_equal(verdict, CS_VERDICT_ALLOW);
    }
}

/* Behind an accepted password a message needs no word; a call and a request do. */
static void test_message_after_a_denial_behind_an_accepted_password(void **state)
{
    static const struct {
        const struct cs_method *method;
        enum cs_factor_kind kind;
        unsigned rounds;
    } rows[] = {{&cs_method_smsotp, CS_FACTOR_SMSOTP, 0},
                {&cs_method_emailotp, CS_FACTOR_EMAILOTP, 0},
                {&cs_method_transsmsotp, CS_FACTOR_TRANS_SMSOTP, 0},
                {&cs_method_transemailotp, CS_FACTOR_TRANS_EMAILOTP, 0},
                {&cs_method_voiceotp, CS_FACTOR_VOICEOTP, 1},
                {&cs_method_device, CS_FACTOR_DEVICE, 1}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_listed_factor factor = {.kind = rows[i].kind, .name = "n"};
        enum cs_verdict verdict = CS_VERDICT_DENY;

        start_over();
        scene->key = false;
        scene->quiet = scene->login.state.password_accepted = true;
        cs_script_answer(&scene->script, "s");
        assert_true(cs_ask_consent(&scene->login, rows[i].method, &factor, &verdict));
        assert_int_equal(scene->script.rounds, rows[i].rounds);
    }
}

static void test_consent_typed(void **state)
{
    enum cs_verdict verdict = CS_VERDICT_DENY;

    (void)state;
    scene->key = false;
    cs_script_answer(&scene->script, "");
    cs_script_answer(&scene->script, "anything");
    cs_script_answer(&scene->script, " S\t");
    assert_true(consents(&verdict));
    assert_true(scene->login.state.consented && scene->login.state.answered);
    assert_int_equal(scene->script.channel.answers, 3);
    assert_true(consents(&verdict)); /* once is enough */
    assert_int_equal(scene->script.rounds, 3);
}

static void test_no_other_text_is_consent(void **state)
{
    static const char *const rows[] = {"n",    "no",       "Summer2024!", "ss",  "x",     "123456",
                                       "sand", "sendit",   "se",          "s.",  "-s",    "yes",
                                       "e",    "\xd1\x81", "s\1",         "sms", "s end", "\xff"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        enum cs_verdict verdict = CS_VERDICT_ALLOW;

        start_over();
        scene->key = false;
        scene->options.retry = 0;
        cs_script_answer(&scene->script, rows[i]);
        if (consents(&verdict))
            fail_msg("'%s' has something sent", rows[i]);
        assert_int_equal(verdict, CS_VERDICT_MAX_TRIES);
        assert_string_equal(cs_reason_name(scene->login.result.reason), "not-asked-for");
    }
}

static void test_the_same_wrong_word_twice_ends_the_login(void **state)
{
    enum cs_verdict verdict = CS_VERDICT_ALLOW;

    (void)state;
    scene->key = false;
    scene->options.retry = 10;
    cs_script_answer(&scene->script, "Summer2024!");
    cs_script_answer(&scene->script, "Summer2024!");
    cs_script_answer(&scene->script, "s");
    assert_false(consents(&verdict));
    assert_int_equal(verdict, CS_VERDICT_DENY);
    assert_string_equal(cs_reason_name(scene->login.result.reason), "repeated-answer");
    assert_int_equal(scene->script.rounds, 2);
}

static void test_consent_refused_broken_or_junk(void **state)
{
    static const struct {
        const char *answer;
        enum cs_verdict verdict;
        const char *reason;
    } rows[] = {{"", CS_VERDICT_MAX_TRIES, "not-asked-for"},
                {JUNK, CS_VERDICT_MAX_TRIES, "refused-by-sshd"},
                {NULL, CS_VERDICT_ABORTED, "hang-up"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        enum cs_verdict verdict = CS_VERDICT_ALLOW;

        start_over();
        scene->key = false;
        for (int tries = 0; rows[i].answer != NULL && tries < 4; tries++)
            cs_script_answer(&scene->script, rows[i].answer);
        assert_false(consents(&verdict));
        assert_int_equal(verdict, rows[i].verdict);
        assert_string_equal(cs_reason_name(scene->login.result.reason), rows[i].reason);
        assert_false(scene->login.state.consented);
    }
}

/* Without proof nobody can be flooded by typing either; the dialogue goes on as with wrong codes.
 */
static void test_consent_typed_too_often(void **state)
{
    enum cs_verdict verdict = CS_VERDICT_ALLOW;

    (void)state;
    scene->key = false;
    scene->flooded = true;
    cs_script_answer(&scene->script, "s");
    for (int i = 0; i < 5; i++)
        cs_script_answer(&scene->script, "123456");
    assert_false(consents(&verdict));
    assert_int_equal(verdict, CS_VERDICT_MAX_TRIES);
    assert_string_equal(cs_reason_name(scene->login.result.reason), "too-many-deliveries");
    assert_int_equal(scene->script.rounds, 2 + scene->given.options->retry);
}

/* The number is masked in the question as everywhere. */
static void test_consent_masks_the_number(void **state)
{
    enum cs_verdict verdict = CS_VERDICT_DENY;

    (void)state;
    scene->key = false;
    scene->book.mask = true;
    cs_script_answer(&scene->script, "s");
    assert_true(consents(&verdict));
    assert_null(strstr(scene->script.shown.text, "15550100"));
    assert_contains(scene->script.shown.text, "message to \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2: ");
}

/* ---- the code that was sent ---- */

/* All tries go to the one message; who copies the whole of it means the part behind the dash. */
static void test_code_with_its_correlation(void **state)
{
    (void)state;
    scene->correlation = "9131";
    cs_script_answer(&scene->script, "9131-000000");
    cs_script_answer(&scene->script, "9131-123456");
    assert_int_equal(cs_method_smsotp.run(&scene->login, &cs_method_smsotp, &scene->factors[1]),
                     CS_VERDICT_ALLOW);
    assert_string_equal(method_scene_calls(scene),
                        "begin:sms=s ask judge:sms=000000 ask judge:sms=123456");
    assert_contains(scene->script.shown.text, "Verification code (after 9131-): ");
}

static void test_code_of_an_ended_challenge(void **state)
{
    (void)state;
    scene->over = true;
    cs_script_answer(&scene->script, "000000");
    cs_script_answer(&scene->script, "123456");
    assert_int_equal(cs_method_smsotp.run(&scene->login, &cs_method_smsotp, &scene->factors[1]),
                     CS_VERDICT_DENY);
    assert_int_equal(scene->script.next, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_message_names_the_host),
        IN_SCENE(test_seconds_bounded_by_the_login),
        IN_SCENE(test_begin_failure_reaches_the_caller),
        IN_SCENE(test_consent_given_before),
        IN_SCENE(test_denial_is_final_without_a_first_factor),
        IN_SCENE(test_message_after_a_denial_behind_an_accepted_password),
        IN_SCENE(test_consent_typed),
        IN_SCENE(test_no_other_text_is_consent),
        IN_SCENE(test_the_same_wrong_word_twice_ends_the_login),
        IN_SCENE(test_consent_typed_too_often),
        IN_SCENE(test_consent_refused_broken_or_junk),
        IN_SCENE(test_consent_masks_the_number),
        IN_SCENE(test_code_with_its_correlation),
        IN_SCENE(test_code_of_an_ended_challenge),
    };

    return cmocka_run_group_tests_name("delivery", tests, NULL, NULL);
}
