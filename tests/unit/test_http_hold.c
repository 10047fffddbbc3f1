/* SPDX-License-Identifier: Apache-2.0 */
/* A question that the I/O thread asks again by itself: what ends it, and when it is asked. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/http.h"
#include "tests/support/http_server.h"

enum { EVERY_MS = 200, LONG_MS = 60000, LIMIT_MS = 5000 };

/* A login that has asked once, and knows the answer. */
struct scene {
    struct cs_http *http;
    int fds[2]; /* ours, and the peer's, whose closing is a hang-up */
    struct cs_http_call call;
    struct cs_hold hold;
    struct cs_http_request request;
    struct cs_http_response response;
};

static enum cs_err ask(struct scene *scene, struct cs_error *error)
{
    cs_http_response_free(&scene->response);
    return cs_http_perform(scene->http, &scene->call, &scene->request, &scene->response, error);
}

static void scene_open(struct scene *scene, struct cs_http *http, const char *target)
{
    *scene = (struct scene){.http = http, .call = http_server_call()};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, scene->fds), 0);
    scene->call.cancel_fd = scene->fds[0];
    scene->hold = (struct cs_hold){.until = cs_clock_ms() + LIMIT_MS,
                                   .every_ms = EVERY_MS,
                                   .limit_ms = LIMIT_MS,
                                   .asked = cs_clock_ms()};
    scene->request = (struct cs_http_request){
        .method = "GET", .target = target, .hold = &scene->hold, .what = "the test"};
    assert_int_equal(ask(scene, NULL), CS_OK);
}

static void scene_close(struct scene *scene)
{
    cs_http_response_free(&scene->response);
    cs_fd_close(&scene->fds[0]);
    cs_fd_close(&scene->fds[1]);
    cs_http_free(&scene->http);
}

static void test_only_another_answer_wakes(void **state)
{
    static const struct {
        const char *target, *name;
        long status;
        unsigned asked;
    } rows[] = {
        {"/turn/4/200/-/other-body", "other-body", 200, 5},
        {"/turn/4/404/-/other-status", "other-status", 404, 5},
        {"/turn/4/503/-/no-retry", "no-retry", 503, 5},
        {"/turn/4/429/90/later", "later", 429, 5},
        {"/turn/4/429/1/once-more", "once-more", 429, 6},
        {"/turn/4/same/90/same-but-later", "same-but-later", 200, 5},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct scene scene;
        int64_t started = cs_clock_ms();

        scene_open(&scene, http_server_client(*state, i % 2 == 0 ? "https" : "http"),
                   rows[i].target);
        assert_true(scene.hold.known);
        assert_int_equal(http_server_seen(*state, rows[i].name), 1);
        scene.hold.waits = true;
        assert_int_equal(ask(&scene, NULL), CS_OK);
        assert_int_equal(scene.response.status, rows[i].status);
        assert_int_equal(http_server_seen(*state, rows[i].name), rows[i].asked);
        assert_false(scene.hold.waits);
        assert_true(scene.hold.asked >= started + 4 * (EVERY_MS - CS_HOLD_BEAT_MS / 2));
        assert_true(scene.hold.asked <= cs_clock_ms());
        scene_close(&scene);
    }
}

static void test_end_of_the_hold_brings_the_last_answer(void **state)
{
    struct scene scene;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/999/200/-/end");
    scene.hold.until = cs_clock_ms() + 3 * EVERY_MS + CS_HOLD_BEAT_MS;
    scene.hold.waits = true;
    assert_int_equal(ask(&scene, NULL), CS_OK);
    assert_contains(scene.response.body.data, "pending");
    assert_true(scene.hold.known);
    assert_true(scene.hold.asked <= scene.hold.until + CS_HOLD_BEAT_MS);
    assert_uint_in_range(http_server_seen(*state, "end"), 3, 5);
    scene_close(&scene);
}

/* What the caller decided comes before the end: the first request is sent in any case. */
static void test_asks_at_least_once(void **state)
{
    struct scene scene;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/999/200/-/least");
    scene.hold.until = 0;
    scene.hold.waits = true;
    assert_int_equal(ask(&scene, NULL), CS_OK);
    assert_int_equal(http_server_seen(*state, "least"), 2);
    scene_close(&scene);
}

static void test_without_waiting_it_asks_at_once(void **state)
{
    struct scene scene;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/999/200/-/at-once");
    scene.hold.every_ms = LONG_MS;
    assert_int_equal(ask(&scene, NULL), CS_OK);
    assert_int_equal(http_server_seen(*state, "at-once"), 2);
    scene_close(&scene);
}

static void test_failures_end_it(void **state)
{
    static const char *const targets[] = {"/turn/2/reset/-/broken", "/turn/2/hang/-/hangs"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(targets); i++) {
        struct scene scene;
        int64_t started = cs_clock_ms();
        bool sent = false;

        scene_open(&scene, http_server_client(*state, "https"), targets[i]);
        scene.request.sent = &sent;
        scene.hold.limit_ms = 500;
        scene.hold.waits = true;
        assert_int_equal(ask(&scene, NULL), CS_ERR_UNREACHABLE);
        assert_true(sent);
        assert_false(scene.hold.known);
        assert_false(scene.hold.waits);
        assert_true(cs_clock_ms() - started < LIMIT_MS);
        scene_close(&scene);
    }
}

static void *hang_up(void *scene)
{
    cs_fd_close(&((struct scene *)scene)->fds[1]);
    return NULL;
}

static void test_hang_up_while_nothing_is_asked(void **state)
{
    struct scene scene;
    pthread_t thread;
    int64_t started;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/999/200/-/gone");
    scene.hold.every_ms = LONG_MS;
    scene.hold.until = cs_clock_ms() + 2 * LONG_MS;
    scene.hold.waits = true;
    started = cs_clock_ms();
    assert_int_equal(pthread_create(&thread, NULL, hang_up, &scene), 0);
    assert_int_equal(ask(&scene, NULL), CS_ERR_HANGUP);
    assert_true(cs_clock_ms() - started < 1000);
    pthread_join(thread, NULL);
    assert_int_equal(http_server_seen(*state, "gone"), 1);
    scene_close(&scene);
}

static void test_deadline_while_nothing_is_asked(void **state)
{
    struct scene scene;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/999/200/-/deadline");
    scene.hold.every_ms = LONG_MS;
    scene.hold.waits = true;
    scene.call.deadline = cs_clock_ms() + 300;
    assert_int_equal(ask(&scene, NULL), CS_ERR_UNREACHABLE);
    assert_true(cs_clock_ms() < scene.call.deadline + 1000);
    assert_int_equal(http_server_seen(*state, "deadline"), 1);
    scene_close(&scene);
}

static void test_unseen_answers_are_measured(void **state)
{
    struct cs_meter meter = {0};
    struct scene scene;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/4/200/-/measured");
    scene.hold.meter = &meter;
    scene.hold.waits = true;
    assert_int_equal(ask(&scene, NULL), CS_OK);
    assert_int_equal(meter.count, 3); /* whoever waits measures the first and the last */
    scene_close(&scene);
}

/* A trace has each answer, and without a descriptor only a channel notices that somebody left. */
static void test_who_cannot_wait(void **state)
{
    struct scene scene;

    scene_open(&scene, http_server_client(*state, "https"), "/turn/999/200/-/cannot");
    scene.call.cancel_fd = -1;
    assert_int_equal(ask(&scene, NULL), CS_OK);
    assert_false(scene.hold.known);
    scene_close(&scene);
}

/* ---- many ---- */

enum { MANY = 200 };

struct many {
    struct scene scene;
    char target[64];
    pthread_t thread;
};

static void *wait_for_change(void *context)
{
    struct scene *scene = context;

    scene->hold.waits = true;
    assert_int_equal(ask(scene, NULL), CS_OK);
    assert_int_equal(scene->response.status, 404);
    return NULL;
}

static void test_many_wait_at_one_client(void **state)
{
    struct cs_http *http = http_server_client(*state, "https");
    struct many *many = calloc(MANY, sizeof *many);

    assert_non_null(many);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(many[i].target, sizeof many[i].target, "/turn/%zu/404/-/many%zu", 1 + i % 5,
                       i);
        scene_open(&many[i].scene, http, many[i].target);
        assert_int_equal(pthread_create(&many[i].thread, NULL, wait_for_change, &many[i].scene), 0);
    }
    for (size_t i = 0; i < MANY; i++) {
        pthread_join(many[i].thread, NULL);
        many[i].scene.http = NULL;
        scene_close(&many[i].scene);
    }
    free(many);
    cs_http_free(&http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_another_answer_wakes),
        cmocka_unit_test(test_end_of_the_hold_brings_the_last_answer),
        cmocka_unit_test(test_asks_at_least_once),
        cmocka_unit_test(test_without_waiting_it_asks_at_once),
        cmocka_unit_test(test_failures_end_it),
        cmocka_unit_test(test_hang_up_while_nothing_is_asked),
        cmocka_unit_test(test_deadline_while_nothing_is_asked),
        cmocka_unit_test(test_unseen_answers_are_measured),
        cmocka_unit_test(test_who_cannot_wait),
        cmocka_unit_test(test_many_wait_at_one_client),
    };

    return cmocka_run_group_tests(tests, http_server_setup, http_server_teardown);
}
