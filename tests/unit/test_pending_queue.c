/* SPDX-License-Identifier: Apache-2.0 */
/* One request for each identity at a time: in which order, and what ends the waiting. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "login/pending_queue.h"

enum { LONG_MS = 20000, LOGINS = 8, ROUNDS = 200 };

static struct cs_pending_queue *queue;
static const struct cs_provider one, other;

static int set_up(void **state)
{
    (void)state;
    queue = cs_pending_queue_new();
    return queue != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    cs_pending_queue_free(&queue);
    assert_null(queue);
    cs_pending_queue_free(&queue);
    return 0;
}

static void join(const struct cs_provider *provider, const char *identity,
                 struct cs_pending_turn *turn)
{
    assert_int_equal(cs_pending_queue_join(queue, provider, identity, turn, NULL), CS_OK);
}

static bool has_come(const struct cs_pending_turn *turn)
{
    const struct cs_call call = {.deadline = 0, .cancel_fd = -1};

    return cs_pending_queue_await(turn, &call, NULL) == CS_OK;
}

/* ---- who waits for whom ---- */

static void test_others_do_not_wait(void **state)
{
    struct cs_pending_turn turns[3] = {0};

    (void)state;
    join(&one, "ann", &turns[0]);
    join(&one, "ben", &turns[1]);
    join(&other, "ann", &turns[2]);
    for (size_t i = 0; i < CS_ARRAY_SIZE(turns); i++)
        assert_true(has_come(&turns[i]));
    for (size_t i = 0; i < CS_ARRAY_SIZE(turns); i++)
        cs_pending_queue_give(queue, &turns[i]);
    cs_pending_queue_give(queue, &turns[0]); /* once is enough */
    join(&one, "ann", &turns[0]);
    assert_true(has_come(&turns[0]));
    cs_pending_queue_give(queue, &turns[0]);
}

/* The one in the middle leaves: the one behind it is still served, and not before its turn. */
static void test_first_come_first_served(void **state)
{
    struct cs_pending_turn turns[4] = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(turns); i++)
        join(&one, "ann", &turns[i]);
    assert_true(has_come(&turns[0]));
    cs_pending_queue_give(queue, &turns[2]);
    assert_false(has_come(&turns[1]) || has_come(&turns[3]));
    cs_pending_queue_give(queue, &turns[0]);
    assert_true(has_come(&turns[1]));
    assert_false(has_come(&turns[3]));
    cs_pending_queue_give(queue, &turns[1]);
    assert_true(has_come(&turns[3]));
    cs_pending_queue_give(queue, &turns[3]);
}

/* Whoever leaves when the turn has just come passes it on. */
static void test_time_and_hang_up_end_the_waiting(void **state)
{
    struct cs_pending_turn turns[3] = {0};
    struct cs_call call = {.deadline = cs_clock_ms() + LONG_MS};
    struct cs_error error = {0};
    int ends[2];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(turns); i++)
        join(&one, "ann", &turns[i]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(close(ends[1]), 0);
    call.cancel_fd = ends[0];
    assert_int_equal(cs_pending_queue_await(&turns[1], &call, &error), CS_ERR_HANGUP);
    assert_int_equal(close(ends[0]), 0);
    call = (struct cs_call){.deadline = 0, .cancel_fd = -1};
    assert_int_equal(cs_pending_queue_await(&turns[1], &call, &error), CS_ERR_TIMEOUT);
    assert_contains(error.text, "another login of the same user");
    cs_pending_queue_give(queue, &turns[0]); /* now it has come ... */
    cs_pending_queue_give(queue, &turns[1]); /* ... to one who is gone */
    assert_true(has_come(&turns[2]));
    cs_pending_queue_give(queue, &turns[2]);
}

/* ---- many at once ---- */

static atomic_int inside, most;

static void *log_in_often(void *context)
{
    struct cs_call call = {.cancel_fd = -1};

    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        struct cs_pending_turn turn = {0};
        int now;

        call.deadline = cs_clock_ms() + LONG_MS;
        if (cs_pending_queue_join(queue, &one, "ann", &turn, NULL) != CS_OK ||
            cs_pending_queue_await(&turn, &call, NULL) != CS_OK)
            return &inside;
        now = atomic_fetch_add(&inside, 1) + 1;
        if (now > atomic_load(&most))
            atomic_store(&most, now);
        atomic_fetch_sub(&inside, 1);
        cs_pending_queue_give(queue, &turn);
    }
    return NULL;
}

static void test_never_two_at_once(void **state)
{
    pthread_t threads[LOGINS];

    (void)state;
    for (size_t i = 0; i < LOGINS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_in_often, NULL), 0);
    for (size_t i = 0; i < LOGINS; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(atomic_load(&most), 1);
}

#define QUEUED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUED(test_others_do_not_wait),
        QUEUED(test_time_and_hang_up_end_the_waiting),
        QUEUED(test_first_come_first_served),
        QUEUED(test_never_two_at_once),
    };

    return cmocka_run_group_tests_name("pending_queue", tests, NULL, NULL);
}
