/* SPDX-License-Identifier: Apache-2.0 */
/* How long refusals take, so that all of one sort take as long. */
#include "tests/unit/unit.h"

#include "login/refusal_pace.h"

enum { START = 5000000 };

static void test_the_longest_sets_the_pace_for_a_while(void **state)
{
    struct cs_refusal_pace *pace = cs_refusal_pace_new();

    (void)state;
    assert_non_null(pace);
    assert_int_equal(cs_refusal_pace_note(pace, CS_PACE_FIRST_CODE, 450, START), 450);
    assert_int_equal(cs_refusal_pace_note(pace, CS_PACE_FIRST_CODE, 0, START + 1), 450);
    assert_int_equal(cs_refusal_pace_note(pace, CS_PACE_LATER_CODE, 0, START + 1), 0);
    assert_int_equal(
        cs_refusal_pace_note(pace, CS_PACE_FIRST_CODE, 0, START + CS_PACE_WINDOW_MS - 1), 450);
    assert_int_equal(cs_refusal_pace_note(pace, CS_PACE_FIRST_CODE, 0, START + CS_PACE_WINDOW_MS),
                     450);
    assert_int_equal(
        cs_refusal_pace_note(pace, CS_PACE_FIRST_CODE, 0, START + 2 * CS_PACE_WINDOW_MS), 0);
    cs_refusal_pace_free(&pace);
    assert_null(pace);
    cs_refusal_pace_free(&pace);
}

/* One call that hung must not slow everybody else down for minutes. */
static void test_an_outlier_is_bounded(void **state)
{
    struct cs_refusal_pace *pace = cs_refusal_pace_new();

    (void)state;
    assert_non_null(pace);
    assert_int_equal(cs_refusal_pace_note(pace, CS_PACE_FIRST_LINE, 30000, START), 30000);
    assert_int_equal(cs_refusal_pace_note(pace, CS_PACE_FIRST_LINE, 10, START), CS_PACE_MAX_MS - 1);
    cs_refusal_pace_free(&pace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_sets_the_pace_for_a_while),
        cmocka_unit_test(test_an_outlier_is_bounded),
    };

    return cmocka_run_group_tests_name("refusal_pace", tests, NULL, NULL);
}
