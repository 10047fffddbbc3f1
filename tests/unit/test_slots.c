/* SPDX-License-Identifier: Apache-2.0 */
/* Turns: how many at once, and every way to stop waiting for one. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "providers/local/slots.h"

enum { SLOTS = 2, THREADS = 40, TURNS = 20, LONG_MS = 20000 };

static enum cs_err take(const struct cs_slots *slots, int64_t deadline, int cancel_fd)
{
    return cs_slots_take(slots, deadline, cancel_fd, "the test", NULL);
}

static int slots_setup(void **state)
{
    static struct cs_slots slots;

    *state = &slots;
    return cs_slots_open(&slots, SLOTS, NULL) == CS_OK ? 0 : -1;
}

static int slots_teardown(void **state)
{
    cs_slots_close(*state);
    return 0;
}

static void test_slots_as_many_as_there_are(void **state)
{
    const struct cs_slots *slots = *state;
    struct cs_error error = {0};

    assert_int_equal(take(slots, 0, -1), CS_OK);
    assert_int_equal(take(slots, 0, -1), CS_OK);
    assert_int_equal(cs_slots_take(slots, 0, -1, "the test", &error), CS_ERR_TIMEOUT);
    assert_contains(error.text, "the test");
    cs_slots_give(slots);
    assert_int_equal(take(slots, 0, -1), CS_OK);
    assert_int_equal(take(slots, 0, -1), CS_ERR_TIMEOUT);
}

static void test_slots_deadline_ends_the_wait(void **state)
{
    const struct cs_slots *slots = *state;
    int64_t deadline;

    assert_int_equal(take(slots, 0, -1), CS_OK);
    assert_int_equal(take(slots, 0, -1), CS_OK);
    deadline = cs_clock_ms() + 30;
    assert_int_equal(take(slots, deadline, -1), CS_ERR_TIMEOUT);
    assert_true(cs_clock_ms() >= deadline);
}

struct waiter {
    const struct cs_slots *slots;
    int cancel_fd;
    enum cs_err result;
};

static void *wait_long(void *argument)
{
    struct waiter *waiter = argument;

    waiter->result = take(waiter->slots, cs_clock_ms() + LONG_MS, waiter->cancel_fd);
    return NULL;
}

static void test_slots_hang_up_ends_the_wait(void **state)
{
    struct waiter waiter = {.slots = *state};
    int64_t begin = cs_clock_ms();
    pthread_t thread;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(take(waiter.slots, 0, ends[0]), CS_OK);
    assert_int_equal(take(waiter.slots, 0, ends[0]), CS_OK);
    waiter.cancel_fd = ends[0];
    assert_int_equal(pthread_create(&thread, NULL, wait_long, &waiter), 0);
    (void)close(ends[1]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)close(ends[0]);
    assert_int_equal(waiter.result, CS_ERR_HANGUP);
    assert_true(cs_clock_ms() - begin < LONG_MS);
}

static void test_slots_given_one_wakes_who_waits(void **state)
{
    struct waiter waiter = {.slots = *state, .cancel_fd = -1};
    int64_t begin = cs_clock_ms();
    pthread_t thread;

    assert_int_equal(take(waiter.slots, 0, -1), CS_OK);
    assert_int_equal(take(waiter.slots, 0, -1), CS_OK);
    assert_int_equal(pthread_create(&thread, NULL, wait_long, &waiter), 0);
    cs_slots_give(waiter.slots);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(waiter.result, CS_OK);
    assert_true(cs_clock_ms() - begin < LONG_MS);
}

/* ---- many ---- */

struct crowd {
    const struct cs_slots *slots;
    pthread_mutex_t mutex; /* guards what follows */
    unsigned inside, most, turns;
};

static void move(struct crowd *crowd, int step)
{
    pthread_mutex_lock(&crowd->mutex);
    crowd->inside += (unsigned)step;
    crowd->turns += step > 0;
    if (crowd->inside > crowd->most)
        crowd->most = crowd->inside;
    pthread_mutex_unlock(&crowd->mutex);
}

static void *take_turns(void *argument)
{
    struct crowd *crowd = argument;

    for (unsigned i = 0; i < TURNS; i++) {
        if (take(crowd->slots, cs_clock_ms() + LONG_MS, -1) != CS_OK)
            break;
        move(crowd, 1);
        (void)sched_yield();
        move(crowd, -1);
        cs_slots_give(crowd->slots);
    }
    return NULL;
}

static void test_slots_many_threads(void **state)
{
    struct crowd crowd = {.slots = *state, .mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &crowd), 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(crowd.turns, THREADS * TURNS);
    assert_true(crowd.most <= SLOTS);
    assert_int_equal(crowd.inside, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, slots_setup, slots_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_slots_as_many_as_there_are),  TEST(test_slots_deadline_ends_the_wait),
        TEST(test_slots_hang_up_ends_the_wait), TEST(test_slots_given_one_wakes_who_waits),
        TEST(test_slots_many_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
