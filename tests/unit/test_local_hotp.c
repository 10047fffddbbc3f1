/* SPDX-License-Identifier: Apache-2.0 */
/* HOTP in the local provider: the look-ahead, resynchronisation, and what a refused code writes. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "base/attributes.h"
#include "providers/local/totp.h"
#include "tests/unit/local.h"

enum { WINDOW = 10, RESYNC = 100, FIRST = 5 };

static struct cs_local_settings login;
static struct cs_enrolment alice;

static void enrol_device(const char *user, int64_t counter, struct cs_enrolment *ret_enrolment)
{
    const struct cs_enrolment_choice choice = {
        .kind = CS_STORED_HOTP, .user = user, .counter = counter};

    enrol_chosen(&choice, ret_enrolment);
}

static int set_up(void **state)
{
    (void)state;
    login = (struct cs_local_settings){
        .totp_window = 1, .hotp_window = WINDOW, .hotp_resync = RESYNC, .throttle = false};
    local_open();
    enrol_device("alice", FIRST, &alice);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cs_enrolment_clear(&alice);
    local_close();
    return 0;
}

static struct cs_outcome judge(const char *answer)
{
    const struct cs_call call = {.cancel_fd = -1, .settings = &login};
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    const struct cs_attempt attempt = {.kind = CS_FACTOR_TOTP,
                                       .identity = "alice",
                                       .subject = "alice",
                                       .client = "192.0.2.1",
                                       .answer = &secret,
                                       .proven = true,
                                       .countable = true};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_secret_set(&secret, answer, strlen(answer)), CS_OK);
    if (provider->ops->judge(provider, &call, &attempt, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    return outcome;
}

static void code_of(int64_t counter, char ret_code[CS_TOTP_CODE_SIZE])
{
    assert_int_equal(cs_hotp(&alice.factor.secret, "sha1", (uint64_t)counter, 6, ret_code, NULL),
                     CS_OK);
}

static struct cs_outcome judge_counter(int64_t counter)
{
    char code[CS_TOTP_CODE_SIZE];

    code_of(counter, code);
    return judge(code);
}

static void assert_right(struct cs_outcome outcome)
{
    assert_string_equal(cs_reason_name(outcome.reason), "hotp");
    assert_int_equal(outcome.judgement, CS_JUDGED_RIGHT);
}

static void assert_wrong(struct cs_outcome outcome, const char *reason)
{
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
}

/* A code of none of the first 3 * RESYNC counters. */
static void wrong_code(char ret_code[CS_TOTP_CODE_SIZE])
{
    char code[CS_TOTP_CODE_SIZE];
    bool used = true;

    for (unsigned number = 1; used; number++) {
        (void)snprintf(ret_code, CS_TOTP_CODE_SIZE, "%06u", number % 1000000);
        used = false;
        for (int64_t counter = 0; counter < 3 * RESYNC && !used; counter++) {
            code_of(counter, code);
            used = strcmp(code, ret_code) == 0;
        }
    }
}

static struct cs_outcome judge_wrong(void)
{
    char code[CS_TOTP_CODE_SIZE];

    wrong_code(code);
    return judge(code);
}

/* Random secrets rarely have one code twice; where a test counts on it, it takes another. */
static bool all_differ(int64_t first, int64_t last)
{
    for (int64_t one = first; one <= last; one++) {
        char code[CS_TOTP_CODE_SIZE], other[CS_TOTP_CODE_SIZE];

        code_of(one, code);
        for (int64_t two = first; two < one; two++) {
            code_of(two, other);
            if (strcmp(code, other) == 0)
                return false;
        }
    }
    return true;
}

static void take_distinct_codes(void)
{
    while (!all_differ(0, 3 * RESYNC)) {
        cs_enrolment_clear(&alice);
        local_close();
        local_open();
        enrol_device("alice", FIRST, &alice);
    }
}

static struct cs_factor factor_of(void)
{
    struct cs_transaction transaction;
    struct cs_factors factors = {0};

    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(cs_factor_list(&transaction, "alice", CS_STORED_HOTP, &factors, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_int_equal(factors.count, 1);
    return factors.items[0];
}

static unsigned failures(void)
{
    return failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0);
}

/* ---- the look-ahead ---- */

static void test_hotp_code_is_good_once_and_those_before_are_not(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_right(judge_counter(FIRST));
    assert_wrong(judge_counter(FIRST), "replayed");
    assert_right(judge_counter(FIRST + 3));
    for (int64_t counter = 0; counter < FIRST + 3; counter++)
        assert_wrong(judge_counter(counter), "wrong-code");
    assert_wrong(judge_counter(FIRST + 3), "replayed");
    assert_int_equal(factor_of().last_step, FIRST + 3);
    assert_int_equal(factor_of().last_used, T0);
}

static void test_hotp_window_is_exact(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_wrong(judge_counter(FIRST - 1), "replayed");
    assert_wrong(judge_counter(FIRST + WINDOW), "counter-ahead");
    assert_right(judge_counter(FIRST + WINDOW - 1));
    login.hotp_window = 1;
    assert_wrong(judge_counter(FIRST + WINDOW + 1), "counter-ahead");
    assert_right(judge_counter(FIRST + WINDOW));
}

static void test_hotp_repeated_code_counts_once(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_right(judge_counter(FIRST));
    for (int i = 0; i < 4; i++)
        assert_wrong(judge_counter(FIRST), "replayed");
    assert_int_equal(failures(), 1);
}

/* ---- resynchronisation ---- */

static void test_hotp_two_in_a_row_are_accepted(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    assert_int_equal(factor_of().last_step, FIRST - 1);
    assert_right(judge_counter(FIRST + 51));
    assert_int_equal(factor_of().last_step, FIRST + 51);
    assert_int_equal(factor_of().drift, 0);
    assert_wrong(judge_counter(FIRST + 50), "wrong-code");
    assert_wrong(judge_counter(FIRST + 51), "replayed");
    assert_right(judge_counter(FIRST + 52));
}

static void test_hotp_the_last_that_may_begin_it(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_wrong(judge_counter(FIRST + RESYNC), "wrong-code");
    assert_wrong(judge_counter(FIRST + RESYNC + 1), "wrong-code");
    assert_wrong(judge_counter(FIRST + RESYNC - 1), "counter-ahead");
    assert_right(judge_counter(FIRST + RESYNC));
}

static void test_hotp_not_in_a_row_is_not_accepted(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    assert_wrong(judge_counter(FIRST + 49), "counter-ahead");
    assert_wrong(judge_counter(FIRST + 51), "counter-ahead");
    assert_wrong(judge_wrong(), "wrong-code");
    assert_wrong(judge_counter(FIRST + 52), "counter-ahead");
    assert_wrong(judge_counter(FIRST - 1), "replayed");
    assert_wrong(judge_counter(FIRST + 53), "counter-ahead");
    assert_wrong(judge("12345678"), "wrong-code");
    assert_wrong(judge_counter(FIRST + 54), "counter-ahead");
    assert_right(judge_counter(FIRST + 55));
}

/* What is remembered ends with the login that needs it not. */
static void test_hotp_right_code_forgets_the_first_of_two(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    assert_right(judge_counter(FIRST));
    assert_wrong(judge_counter(FIRST + 51), "counter-ahead");
    assert_right(judge_counter(FIRST + 1));
}

static void test_hotp_resync_off(void **state)
{
    (void)state;
    take_distinct_codes();
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    login.hotp_resync = 0;
    assert_wrong(judge_counter(FIRST + 51), "wrong-code");
    assert_wrong(judge_counter(FIRST + 50), "wrong-code");
    assert_wrong(judge_counter(FIRST + 51), "wrong-code");
    assert_right(judge_counter(FIRST + WINDOW - 1));
}

/* During a delay nothing is compared, so nothing is remembered or forgotten. */
static void test_hotp_delay_forgets_nothing(void **state)
{
    (void)state;
    take_distinct_codes();
    login.throttle = true;
    for (int i = 0; i < 20; i++)
        (void)judge_wrong();
    assert_wrong(judge_counter(FIRST + 50), "throttled");
    assert_int_equal(factor_of().drift, 0);
    login.throttle = false;
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    login.throttle = true;
    assert_wrong(judge_wrong(), "throttled");
    login.throttle = false;
    assert_right(judge_counter(FIRST + 51));
}

/* ---- what a refused code writes ---- */

static void test_hotp_refused_code_writes_only_failure_and_memory(void **state)
{
    char *before, *after, code[CS_TOTP_CODE_SIZE];
    unsigned known;

    (void)state;
    take_distinct_codes();
    before = scratch_store_rows(&scratch, "factor");
    known = failures();
    assert_wrong(judge_wrong(), "wrong-code");
    after = scratch_store_rows(&scratch, "factor");
    assert_string_equal(after, before);
    free(after);
    assert_int_equal(failures(), known + 1);
    assert_wrong(judge_counter(FIRST + 50), "counter-ahead");
    assert_int_equal(failures(), known + 2);
    assert_int_equal(factor_of().last_step, FIRST - 1);
    assert_int_equal(factor_of().last_used, 0);
    assert_int_equal(factor_of().drift, FIRST + 51);
    /* The next one takes that back, and all is as it was. */
    wrong_code(code);
    assert_wrong(judge(code), "wrong-code");
    after = scratch_store_rows(&scratch, "factor");
    assert_string_equal(after, before);
    free(after);
    free(before);
}

/* ---- several devices ---- */

static void test_hotp_and_totp_share_a_prompt(void **state)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment app = {0};
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    take_distinct_codes();
    enrol_app("alice", &app);
    assert_int_equal(
        cs_hotp(&app.factor.secret, "sha1", (uint64_t)cs_totp_step(T0, 30), 6, code, NULL), CS_OK);
    assert_string_equal(cs_reason_name(judge(code).reason), "totp");
    assert_right(judge_counter(FIRST));
    assert_wrong(judge(code), "replayed");
    assert_right(judge_counter(FIRST + 1));
    assert_wrong(judge_wrong(), "wrong-code"); /* no clock is looked for in a counter */
}

/* ---- any sequence ---- */

/* What RFC 4226 asks of a server, told in the plainest way. */
struct model {
    int64_t last, awaited;
};

static const char *expect_of(struct model *model, int64_t counter)
{
    int64_t distance = counter - model->last;
    bool awaited = model->awaited != 0 && counter == model->awaited;

    model->awaited = 0;
    if (distance == 0)
        return "replayed";
    if (distance < 0 || distance > RESYNC + 1 || (distance > RESYNC && !awaited))
        return "wrong-code";
    if (distance <= WINDOW || awaited) {
        model->last = counter;
        return "hotp";
    }
    model->awaited = counter + 1;
    return "counter-ahead";
}

static void test_hotp_any_sequence_goes_as_the_rfc_says(void **state)
{
    struct model model = {.last = FIRST - 1};
    unsigned seed = (unsigned)T0 ^ (unsigned)rand(), accepted = 0;

    (void)state;
    take_distinct_codes();
    for (int i = 0; i < 400 && model.last < 2 * RESYNC - 2; i++) {
        int64_t counter = model.last + (int64_t)(rand_r(&seed) % 140) - 20;
        const char *expected;

        if (rand_r(&seed) % 3 == 0 && model.awaited != 0)
            counter = model.awaited;
        if (counter < 0 || counter > 3 * RESYNC)
            continue;
        expected = expect_of(&model, counter);
        assert_string_equal(cs_reason_name(judge_counter(counter).reason), expected);
        assert_int_equal(factor_of().last_step, model.last);
        accepted += strcmp(expected, "hotp") == 0;
    }
    assert_true(accepted > 0);
}

#define AFRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AFRESH(test_hotp_code_is_good_once_and_those_before_are_not),
        AFRESH(test_hotp_window_is_exact),
        AFRESH(test_hotp_repeated_code_counts_once),
        AFRESH(test_hotp_two_in_a_row_are_accepted),
        AFRESH(test_hotp_the_last_that_may_begin_it),
        AFRESH(test_hotp_not_in_a_row_is_not_accepted),
        AFRESH(test_hotp_right_code_forgets_the_first_of_two),
        AFRESH(test_hotp_resync_off),
        AFRESH(test_hotp_delay_forgets_nothing),
        AFRESH(test_hotp_refused_code_writes_only_failure_and_memory),
        AFRESH(test_hotp_and_totp_share_a_prompt),
        AFRESH(test_hotp_any_sequence_goes_as_the_rfc_says),
    };

    return cmocka_run_group_tests_name("local_hotp", tests, NULL, NULL);
}
