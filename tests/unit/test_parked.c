/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that wait for their time. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "net/parked.h"

enum { NOW = 1000000, BEAT = CS_HOLD_BEAT_MS, TURN = CS_PARKED_BEATS * BEAT, JOBS = 500 };

static size_t take(struct cs_parked *parked, int64_t now)
{
    struct cs_http_list list;
    struct cs_http_job *job;
    size_t count = 0;

    cs_http_list_init(&list);
    cs_parked_take(parked, now, &list);
    while ((job = list.first) != NULL) {
        cs_http_list_remove(&list, job);
        assert_true(job->due <= now);
        count++;
    }
    return count;
}

static void test_each_comes_at_its_time(void **state)
{
    static const int64_t waits[] = {0,    1,        BEAT - 1,    BEAT,     7 * BEAT,
                                    TURN, TURN - 1, TURN + BEAT, 3 * TURN, 50 * TURN + 3};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(waits); i++) {
        struct cs_parked parked;
        struct cs_http_job job = {.due = NOW + waits[i]};
        int64_t now = NOW;

        cs_parked_init(&parked, now);
        assert_int_equal(cs_parked_left(&parked, now, INT32_MAX), INT32_MAX);
        cs_parked_add(&parked, &job);
        while (take(&parked, now) == 0) {
            int left = cs_parked_left(&parked, now, INT32_MAX);

            assert_uint_in_range(left, 1, TURN);
            now += left;
        }
        assert_true(now - job.due <= BEAT);
        assert_int_equal(cs_parked_left(&parked, now, 17), 17);
    }
}

static void test_whoever_comes_late_finds_all(void **state)
{
    struct cs_parked parked;
    struct cs_http_job *jobs = calloc(JOBS, sizeof *jobs);

    (void)state;
    assert_non_null(jobs);
    cs_parked_init(&parked, NOW);
    for (size_t i = 0; i < JOBS; i++) {
        jobs[i].due = NOW + (int64_t)i * BEAT / 2;
        cs_parked_add(&parked, &jobs[i]);
    }
    assert_int_equal(take(&parked, NOW + 10 * TURN), JOBS);
    assert_int_equal(parked.count, 0);
    assert_int_equal(take(&parked, NOW + 11 * TURN), 0);
    free(jobs);
}

static void test_left_is_bounded(void **state)
{
    struct cs_parked parked;
    struct cs_http_job job = {.due = NOW + 5 * BEAT};

    (void)state;
    cs_parked_init(&parked, NOW);
    cs_parked_add(&parked, &job);
    assert_int_equal(cs_parked_left(&parked, NOW, INT32_MAX), 5 * BEAT);
    assert_int_equal(cs_parked_left(&parked, NOW, BEAT), BEAT);
    assert_int_equal(cs_parked_left(&parked, NOW + TURN, BEAT), 0);
}

static void test_one_that_leaves_is_not_found(void **state)
{
    struct cs_parked parked;
    struct cs_http_job jobs[3] = {{.due = NOW + BEAT}, {.due = NOW + BEAT}, {.due = NOW + BEAT}};
    struct cs_http_list *beat = NULL;

    (void)state;
    cs_parked_init(&parked, NOW);
    for (size_t i = 0; i < CS_ARRAY_SIZE(jobs); i++)
        cs_parked_add(&parked, &jobs[i]);
    for (size_t i = 0; i < CS_PARKED_BEATS; i++) {
        if (parked.beats[i].first != NULL)
            beat = &parked.beats[i];
    }
    assert_non_null(beat);
    cs_parked_remove(&parked, beat, &jobs[1]);
    assert_int_equal(take(&parked, NOW + BEAT), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_comes_at_its_time),
        cmocka_unit_test(test_whoever_comes_late_finds_all),
        cmocka_unit_test(test_left_is_bounded),
        cmocka_unit_test(test_one_that_leaves_is_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
