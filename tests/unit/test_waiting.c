/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for an approval, with a pretended device and a clock that the channel moves. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "conversation/waiting.h"
#include "tests/support/channel_script.h"
#include "tests/support/fake_clock.h"

struct scene {
    struct cs_script_channel script;
    struct cs_catalogue english;
    struct cs_phrasebook book;
    struct cs_waiting waiting;
    struct cs_channel_ops ops;
    const struct cs_channel_ops *script_ops;
    unsigned polls, decided_at; /* the poll that brings `decision`; 0: none does */
    enum cs_wait_state decision;
    enum cs_err poll_result;
    unsigned hangup_at; /* the wait at which the person is gone; 0: never */
    bool beats;         /* every wait ends at a beat */
    bool holds;         /* a poll waits by itself, until the poll at which it is decided */
    unsigned held;      /* polls that did */
};

static struct scene *current; /* the channel's operations know no context of ours */

static enum cs_err wait_and_pass_time(struct cs_channel *channel, int64_t until,
                                      struct cs_error *error)
{
    enum cs_err result = current->script_ops->wait(channel, until, error);

    if (current->script.waits == current->hangup_at)
        return cs_fail(error, CS_ERR_HANGUP, "gone");
    if (current->beats) {
        assert_int_equal(until % 100, 0);
        assert_uint_in_range(until - cs_clock_ms(), 1900, 2050);
    }
    fake_clock_pass(until);
    return result;
}

static enum cs_err poll_device(void *context, struct cs_hold *hold, enum cs_wait_state *ret_state,
                               struct cs_error *error)
{
    struct scene *scene = context;

    scene->held += hold->waits;
    if (hold->waits)
        fake_clock_pass(hold->asked = hold->until - 500);
    hold->waits = scene->holds;
    scene->polls++;
    if (scene->poll_result != CS_OK)
        return cs_fail(error, scene->poll_result, "broken");
    *ret_state = scene->polls == scene->decided_at ? scene->decision : CS_WAIT_PENDING;
    return CS_OK;
}

static void scene_open(struct scene *scene, enum cs_wait_mode mode)
{
    memset(scene, 0, sizeof *scene);
    cs_script_channel_init(&scene->script);
    scene->script_ops = scene->script.channel.ops;
    scene->ops = *scene->script_ops;
    scene->ops.wait = wait_and_pass_time;
    scene->script.channel.ops = &scene->ops;
    cs_catalogue_english(&scene->english);
    scene->book.catalogue = &scene->english;
    scene->decision = CS_WAIT_APPROVED;
    scene->waiting = (struct cs_waiting){.mode = mode,
                                         .device = "Phone",
                                         .deadline = cs_clock_ms() + 60000,
                                         .poll_ms = 2000,
                                         .context = scene,
                                         .poll = poll_device};
    current = scene;
}

static void scene_close(struct scene *scene)
{
    cs_script_channel_clear(&scene->script);
}

static void run(struct scene *scene, enum cs_wait_state state)
{
    enum cs_wait_state found = CS_WAIT_PENDING;
    struct cs_error error = {0};

    assert_int_equal(
        cs_wait_for_approval(&scene->script.channel, &scene->book, &scene->waiting, &found, &error),
        CS_OK);
    assert_int_equal(found, state);
}

static void run_broken(struct scene *scene, enum cs_err result)
{
    enum cs_wait_state found = CS_WAIT_PENDING;
    struct cs_error error = {0};

    assert_int_equal(
        cs_wait_for_approval(&scene->script.channel, &scene->book, &scene->waiting, &found, &error),
        result);
    assert_int_not_equal(found, CS_WAIT_APPROVED);
}

static const char *shown(const struct scene *scene)
{
    return scene->script.shown.text ? scene->script.shown.text : "";
}

static void test_live_shows_text_and_countdown(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_LIVE);
    scene.decided_at = 6;
    run(&scene, CS_WAIT_APPROVED);
    assert_memory_equal(shown(&scene), "info Approve the request on Phone.\n", 35);
    assert_contains(shown(&scene), "info Waiting for your approval: 54 s left\n");
    assert_null(strstr(shown(&scene), "echo"));
    scene_close(&scene);
}

static void test_live_number_to_compare(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_LIVE);
    scene.waiting.correlation = "42";
    scene.decided_at = 1;
    run(&scene, CS_WAIT_APPROVED);
    assert_string_equal(shown(&scene), "info Choose the number 42 on Phone.\n");
    scene_close(&scene);
}

static void test_live_denied_and_expired_say_so(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_LIVE);
    scene.decided_at = 2;
    scene.decision = CS_WAIT_DENIED;
    run(&scene, CS_WAIT_DENIED);
    assert_contains(shown(&scene), "info The request was denied on Phone.\n");
    scene_close(&scene);
    scene_open(&scene, CS_WAIT_LIVE);
    run(&scene, CS_WAIT_EXPIRED);
    assert_contains(shown(&scene), "info The request on Phone was not approved in time.\n");
    assert_uint_in_range(scene.polls, 20, 60);
    scene_close(&scene);
}

static void test_enter_asks_then_polls(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_ENTER);
    cs_script_answer(&scene.script, "");
    scene.decided_at = 1;
    run(&scene, CS_WAIT_APPROVED);
    assert_string_equal(shown(&scene),
                        "echo Approve the request on Phone. \\nThen press Enter here: \n");
    scene_close(&scene);
}

static void test_enter_too_early_asks_again(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_ENTER);
    for (int i = 0; i < 2; i++)
        cs_script_answer(&scene.script, "");
    scene.decided_at = 5; /* beyond the time that is polled for after the first Enter */
    run(&scene, CS_WAIT_APPROVED);
    assert_int_equal(scene.script.rounds, 2);
    assert_contains(shown(&scene), "echo The request has not been approved yet. \\n"
                                   "Approve the request on Phone. \\nThen press Enter here: \n");
    scene_close(&scene);
}

static void test_enter_expires_and_is_denied(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_ENTER);
    for (int i = 0; i < 20; i++)
        cs_script_answer(&scene.script, "");
    run(&scene, CS_WAIT_EXPIRED);
    assert_uint_in_range(scene.script.rounds, 3, 20);
    scene_close(&scene);
    scene_open(&scene, CS_WAIT_ENTER);
    cs_script_answer(&scene.script, "");
    scene.decided_at = 1;
    scene.decision = CS_WAIT_DENIED;
    run(&scene, CS_WAIT_DENIED);
    assert_contains(shown(&scene), "info The request was denied on Phone.\n");
    scene_close(&scene);
}

/* sshd refuses the account: nothing is polled for. */
static void test_enter_junk_ends_it(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_ENTER);
    cs_script_answer(&scene.script, "\b\n");
    scene.decided_at = 1;
    run(&scene, CS_WAIT_JUNK);
    assert_int_equal(scene.polls, 0);
    scene_close(&scene);
}

static void test_silent_shows_nothing(void **state)
{
    static const enum cs_wait_state states[] = {CS_WAIT_APPROVED, CS_WAIT_DENIED, CS_WAIT_EXPIRED};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(states); i++) {
        struct scene scene;

        scene_open(&scene, CS_WAIT_SILENT);
        scene.decision = states[i];
        scene.decided_at = states[i] == CS_WAIT_EXPIRED ? 0 : 3;
        run(&scene, states[i]);
        assert_string_equal(shown(&scene), "");
        scene_close(&scene);
    }
}

static void test_every_mode_hangup_and_poll_error_end_it(void **state)
{
    static const enum cs_wait_mode modes[] = {CS_WAIT_ENTER, CS_WAIT_LIVE, CS_WAIT_SILENT};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(modes); i++) {
        struct scene scene;

        scene_open(&scene, modes[i]);
        cs_script_answer(&scene.script, "");
        scene.hangup_at = 2;
        run_broken(&scene, CS_ERR_HANGUP);
        assert_int_equal(scene.script.waits, 2);
        scene_close(&scene);
        scene_open(&scene, modes[i]);
        cs_script_answer(&scene.script, "");
        scene.poll_result = CS_ERR_STORE;
        run_broken(&scene, CS_ERR_STORE);
        assert_int_equal(scene.polls, 1);
        scene_close(&scene);
    }
}

/* Waiting logins are served together, whenever each began. */
static void test_polls_keep_the_beat_of_all(void **state)
{
    (void)state;
    for (int offset = 0; offset < 100; offset += 7) {
        struct scene scene;

        fake_clock_pass(cs_clock_ms() / 100 * 100 + 100 + offset);
        scene_open(&scene, CS_WAIT_SILENT);
        scene.beats = true;
        scene.decided_at = 4;
        run(&scene, CS_WAIT_APPROVED);
        assert_int_equal(scene.polls, 4);
        scene_close(&scene);
    }
}

/* A poll that waits by itself needs no wait of the channel between two polls; the last one comes at
 * the end all the same. */
static void test_poll_that_waits_by_itself(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, CS_WAIT_SILENT);
    scene.holds = true;
    run(&scene, CS_WAIT_EXPIRED);
    assert_int_equal(scene.polls, 3);
    assert_int_equal(scene.held, 1);
    assert_int_equal(scene.script.waits, 1);
    assert_true(cs_clock_ms() >= scene.waiting.deadline);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls_keep_the_beat_of_all),
        cmocka_unit_test(test_poll_that_waits_by_itself),
        cmocka_unit_test(test_live_shows_text_and_countdown),
        cmocka_unit_test(test_live_number_to_compare),
        cmocka_unit_test(test_live_denied_and_expired_say_so),
        cmocka_unit_test(test_enter_asks_then_polls),
        cmocka_unit_test(test_enter_too_early_asks_again),
        cmocka_unit_test(test_enter_expires_and_is_denied),
        cmocka_unit_test(test_enter_junk_ends_it),
        cmocka_unit_test(test_silent_shows_nothing),
        cmocka_unit_test(test_every_mode_hangup_and_poll_error_end_it),
    };

    return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
