/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a wait of the I/O thread, and what does not. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/http_loop.h"
#include "net/libcurl.h"

enum { LONG_MS = 60000, SOON_MS = 1000, SHORT_MS = 100 };

struct scene {
    CURLM *multi;
    struct cs_http_loop loop;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    assert_int_equal(cs_libcurl_load(NULL), CS_OK);
    scene->multi = curl_multi_init();
    assert_non_null(scene->multi);
    assert_true(cs_http_loop_open(&scene->loop, scene->multi));
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    (void)curl_multi_cleanup(scene->multi);
    cs_http_loop_close(&scene->loop);
    cs_http_loop_close(&scene->loop); /* nothing is left to close */
    free(scene);
    return 0;
}

/* Milliseconds that it lasts. */
static int64_t wait_ms(struct scene *scene, int64_t gather_ms, int64_t most_ms)
{
    int64_t now = cs_clock_ms();

    cs_http_loop_wait(&scene->loop, now + gather_ms, now + most_ms);
    return cs_clock_ms() - now;
}

static void test_wake_up_ends_the_gathering(void **state)
{
    struct scene *scene = *state;

    cs_http_loop_wake(&scene->loop);
    assert_true(wait_ms(scene, LONG_MS, LONG_MS) < SOON_MS);
}

static void *wake_later(void *loop)
{
    cs_http_loop_wake(loop);
    return NULL;
}

static void test_wake_up_by_another_thread(void **state)
{
    struct scene *scene = *state;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, wake_later, &scene->loop), 0);
    assert_true(wait_ms(scene, 0, LONG_MS) < SOON_MS);
    pthread_join(thread, NULL);
}

static void test_wake_up_ends_one_wait_only(void **state)
{
    struct scene *scene = *state;

    cs_http_loop_wake(&scene->loop);
    cs_http_loop_wake(&scene->loop);
    assert_true(wait_ms(scene, 0, LONG_MS) < SOON_MS);
    assert_true(wait_ms(scene, 0, SHORT_MS) >= SHORT_MS);
}

static void test_gathering_ends_with_the_wait(void **state)
{
    int64_t took = wait_ms(*state, LONG_MS, SHORT_MS);

    assert_true(took >= SHORT_MS && took < LONG_MS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_wake_up_ends_the_gathering, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wake_up_by_another_thread, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wake_up_ends_one_wait_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gathering_ends_with_the_wait, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
