/* SPDX-License-Identifier: Apache-2.0 */
/* The local provider under a clock that the test sets: which answers are right, and what a try
 * changes (peers 3b.12, 3b.16, 3b.35). */
#include "tests/unit/unit.h"

#include "base/attributes.h"
#include "providers/local/codes.h"
#include "providers/local/totp.h"
#include "tests/unit/local.h"

enum { PERIOD = 30 };

static struct cs_local_settings login; /* what the logins have; it was opened with others */
static struct cs_enrolment alice;

static int set_up(void **state)
{
    (void)state;
    login = (struct cs_local_settings){.totp_window = 1, .totp_drift = 3, .throttle = true};
    local_open();
    enrol_app("alice", &alice);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cs_enrolment_clear(&alice);
    local_close();
    return 0;
}

static struct cs_outcome judge_attempt(struct cs_attempt attempt, const char *answer)
{
    const struct cs_call call = {.cancel_fd = -1, .settings = &login};
    struct cs_secret secret = {0};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_secret_set(&secret, answer, strlen(answer)), CS_OK);
    attempt.answer = &secret;
    if (attempt.client == NULL)
        attempt.client = "192.0.2.1";
    if (attempt.subject == NULL)
        attempt.subject = attempt.identity ? attempt.identity : " 1";
    attempt.kind = CS_FACTOR_TOTP;
    if (provider->ops->judge(provider, &call, &attempt, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    cs_secret_free(&secret);
    return outcome;
}

/* As after a public key. */
static struct cs_outcome judge(const char *user, const char *answer)
{
    const struct cs_attempt attempt = {.identity = user, .proven = true, .countable = true};

    return judge_attempt(attempt, answer);
}

static struct cs_outcome judge_unproven(const char *user, const char *answer)
{
    const struct cs_attempt attempt = {.identity = user, .countable = true};

    return judge_attempt(attempt, answer);
}

static void code_of(const struct cs_enrolment *enrolment, int64_t step,
                    char ret_code[CS_TOTP_CODE_SIZE])
{
    const struct cs_factor *factor = &enrolment->factor;
    struct cs_error error = {0};

    assert_int_equal(cs_hotp(&factor->secret, factor->algorithm, (uint64_t)step, factor->digits,
                             ret_code, &error),
                     CS_OK);
}

/* Alice's code of `steps` after that of `seconds`. */
static struct cs_outcome judge_code(int64_t seconds, int64_t steps)
{
    char code[CS_TOTP_CODE_SIZE];

    code_of(&alice, cs_totp_step(seconds, PERIOD) + steps, code);
    return judge("alice", code);
}

static void assert_right(struct cs_outcome outcome)
{
    assert_string_equal(cs_reason_name(outcome.reason), "totp");
    assert_int_equal(outcome.judgement, CS_JUDGED_RIGHT);
}

static void assert_wrong(struct cs_outcome outcome, const char *reason)
{
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
}

/* A code that is none of alice's within `steps` of T0. */
static void wrong_code(char ret_code[CS_TOTP_CODE_SIZE])
{
    char code[CS_TOTP_CODE_SIZE];
    bool used = true;

    memcpy(ret_code, "000000", 7);
    for (char last = '1'; used; last++) {
        ret_code[5] = last;
        used = false;
        for (int64_t step = -20; step <= 20; step++) {
            code_of(&alice, cs_totp_step(T0, PERIOD) + step, code);
            used = used || strcmp(code, ret_code) == 0;
        }
    }
}

static struct cs_factor factor_of(const char *user, size_t index)
{
    struct cs_transaction transaction;
    struct cs_factors factors = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_store_begin(scratch.store, &transaction, &error), CS_OK);
    assert_int_equal(cs_factor_list(&transaction, user, CS_STORED_ANY, &factors, &error), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, &error), CS_OK);
    assert_true(index < factors.count);
    return factors.items[index];
}

static void unlock(const char *user, int64_t now, unsigned expected)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};
    unsigned count = 0;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, &error), CS_OK);
    assert_int_equal(cs_factor_reset_future(&transaction, user, now, &count, &error), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, &error), CS_OK);
    assert_int_equal(count, expected);
}

/* ---- steps ---- */

static void test_a_code_is_good_once(void **state)
{
    (void)state;
    assert_right(judge_code(T0, 0));
    assert_wrong(judge_code(T0, 0), "replayed");
    assert_wrong(judge_code(T0, -1), "replayed");
    assert_right(judge_code(T0, 1));
    assert_wrong(judge_code(T0, 0), "replayed");
}

static void test_window(void **state)
{
    (void)state;
    login.throttle = false;
    login.totp_drift = 0;
    assert_wrong(judge_code(T0, -2), "clock-off");
    assert_wrong(judge_code(T0, 2), "clock-off");
    assert_right(judge_code(T0, -1));
    assert_right(judge_code(T0, 0));
    assert_right(judge_code(T0, 1));
    fake_clock_set(T0 + 10 * PERIOD);
    login.totp_window = 0;
    assert_wrong(judge_code(T0 + 10 * PERIOD, -1), "clock-off");
    assert_wrong(judge_code(T0 + 10 * PERIOD, 1), "clock-off");
    assert_right(judge_code(T0 + 10 * PERIOD, 0));
}

static void test_a_step_lasts_to_its_last_second(void **state)
{
    (void)state;
    login.totp_window = 0;
    fake_clock_set(T0 + PERIOD - 1);
    assert_right(judge_code(T0, 0));
    fake_clock_set(T0 + PERIOD);
    assert_wrong(judge_code(T0, 0), "wrong-code");
    assert_right(judge_code(T0, 1));
}

/* The window follows a device whose clock is off, to a bound, and never grows. */
static void drift(int direction)
{
    int64_t now = T0;

    login.throttle = false;
    for (int ahead = 1; ahead <= 4; ahead++, now += 100 * PERIOD) {
        fake_clock_set(now);
        assert_wrong(judge_code(now, direction * (ahead + 1)), "clock-off");
        if (ahead > 2)
            assert_wrong(judge_code(now, 0), "wrong-code");
        assert_right(judge_code(now, direction * ahead));
        assert_int_equal(factor_of("alice", 0).drift, direction * (ahead < 3 ? ahead : 3));
    }
    fake_clock_set(now);
    assert_wrong(judge_code(now, direction * 5), "clock-off");
    assert_right(judge_code(now, direction * 2));
    assert_int_equal(factor_of("alice", 0).drift, direction * 2);
    /* A smaller bound holds at once for what was learnt under a larger one. */
    now += 100 * PERIOD;
    fake_clock_set(now);
    login.totp_drift = 0;
    assert_wrong(judge_code(now, direction * 2), "clock-off");
    assert_right(judge_code(now, direction));
    assert_int_equal(factor_of("alice", 0).drift, 0);
}

static void test_drift_ahead(void **state)
{
    (void)state;
    drift(1);
}

static void test_drift_behind(void **state)
{
    (void)state;
    drift(-1);
}

static void test_the_clock_goes_back(void **state)
{
    const int64_t back = T0 - 3600;
    char *before, *after;

    (void)state;
    assert_right(judge_code(T0, 0));
    fake_clock_set(back);
    before = scratch_store_rows(&scratch, "recovery");
    assert_wrong(judge_code(back, 0), "clock-went-back");
    assert_int_equal(factor_of("alice", 0).last_step, cs_totp_step(T0, PERIOD));
    unlock("bob", back, 0);
    assert_wrong(judge_code(back, 0), "clock-went-back");
    unlock("alice", back, 1);
    unlock("alice", back, 0);
    /* What was used in this step before nobody knows any more: only the next is good. */
    assert_wrong(judge_code(back, 0), "replayed");
    fake_clock_set(back + PERIOD);
    assert_right(judge_code(back + PERIOD, 0));
    after = scratch_store_rows(&scratch, "recovery");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void test_far_times(void **state)
{
    static const int64_t times[] = {0, INT32_MAX, (int64_t)INT32_MAX + 1 + PERIOD,
                                    (int64_t)UINT32_MAX + 1, 253402300799};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(times); i++) {
        fake_clock_set(times[i]);
        assert_right(judge_code(times[i], 0));
        assert_wrong(judge_code(times[i], 0), "replayed");
        assert_int_equal(factor_of("alice", 0).last_step, times[i] / PERIOD);
    }
}

/* A machine without a clock battery may start before 1970: nothing breaks, a code is good once. */
static void test_before_1970(void **state)
{
    (void)state;
    fake_clock_set(-100);
    assert_right(judge_code(0, 0));
    assert_wrong(judge_code(0, 0), "replayed");
    unlock("alice", -100, 0);
    assert_wrong(judge_code(0, 0), "replayed");
}

/* ---- several factors (peers 3b.12) ---- */

static void test_the_right_factor_is_spent(void **state)
{
    struct cs_enrolment second, third;
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    enrol_app("alice", &second);
    enrol_app("alice", &third);
    code_of(&second, cs_totp_step(T0, PERIOD), code);
    assert_right(judge("alice", code));
    assert_int_equal(factor_of("alice", 0).last_step, -1);
    assert_int_equal(factor_of("alice", 1).last_step, cs_totp_step(T0, PERIOD));
    assert_int_equal(factor_of("alice", 2).last_step, -1);
    assert_wrong(judge("alice", code), "replayed");
    assert_int_equal(factor_of("alice", 0).last_step, -1);
    assert_right(judge_code(T0, 0));
    code_of(&third, cs_totp_step(T0, PERIOD), code);
    assert_right(judge("alice", code));
    cs_enrolment_clear(&second);
    cs_enrolment_clear(&third);
}

static void test_a_code_is_good_for_its_user_only(void **state)
{
    struct cs_enrolment bob;
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    enrol_app("bob", &bob);
    code_of(&bob, cs_totp_step(T0, PERIOD), code);
    assert_wrong(judge("alice", code), "wrong-code");
    assert_right(judge("bob", code));
    cs_enrolment_clear(&bob);
}

/* ---- what a try changes ---- */

/* Peers 3b.16: wrong tries must not push a good device out of its window. */
static void test_a_failed_try_moves_nothing_but_its_counter(void **state)
{
    static const char *const tables[] = {"factor", "recovery", "meta"};
    static const char *const answers[] = {"",      "1",   "12345678901234567890",
                                          "-- --", "abc", "0000-0000-0000"};
    char *before[CS_ARRAY_SIZE(tables)], code[CS_TOTP_CODE_SIZE];

    (void)state;
    login.throttle = false;
    wrong_code(code);
    for (size_t i = 0; i < CS_ARRAY_SIZE(tables); i++)
        before[i] = scratch_store_rows(&scratch, tables[i]);
    for (unsigned i = 0; i < 100; i++)
        assert_wrong(judge("alice", code), "wrong-code");
    for (size_t i = 0; i < CS_ARRAY_SIZE(answers); i++)
        assert_wrong(judge("alice", answers[i]), "wrong-code");
    for (size_t i = 0; i < CS_ARRAY_SIZE(tables); i++) {
        char *after = scratch_store_rows(&scratch, tables[i]);

        assert_string_equal(after, before[i]);
        free(after);
        free(before[i]);
    }
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0),
                     100 + CS_ARRAY_SIZE(answers));
    assert_right(judge_code(T0, 0));
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
}

static void test_a_repeat_counts_once_a_step(void **state)
{
    (void)state;
    assert_right(judge_code(T0, -1));
    assert_right(judge_code(T0, 0));
    for (unsigned i = 0; i < 10; i++)
        assert_wrong(judge_code(T0, 0), "replayed");
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 1);
    assert_wrong(judge_code(T0, -1), "replayed");
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 2);
}

static void test_the_delay(void **state)
{
    static const int64_t delays[] = {0, 0, 0, 5, 15, 60, 60};
    char wrong[CS_TOTP_CODE_SIZE];
    int64_t now = T0;

    (void)state;
    wrong_code(wrong);
    for (size_t i = 0; i < CS_ARRAY_SIZE(delays); i++) {
        assert_wrong(judge("alice", wrong), "wrong-code");
        if (delays[i] > 0) {
            now += delays[i] - 1;
            fake_clock_set(now);
            assert_wrong(judge_code(now, 0), "throttled");
            assert_wrong(judge("alice", wrong), "throttled");
            now++;
            fake_clock_set(now);
        }
    }
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", now), CS_ARRAY_SIZE(delays));
    assert_int_equal(factor_of("alice", 0).last_step, -1);
    assert_right(judge_code(now, 0));
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", now), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_wrong(judge("alice", wrong), "wrong-code");
    assert_right(judge_code(now, 1));
}

static void test_no_delay_where_it_is_switched_off(void **state)
{
    char wrong[CS_TOTP_CODE_SIZE];

    (void)state;
    wrong_code(wrong);
    login.throttle = false;
    for (unsigned i = 0; i < 20; i++)
        assert_wrong(judge("alice", wrong), "wrong-code");
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 20);
    login.throttle = true;
    assert_wrong(judge_code(T0, 0), "throttled");
    login.throttle = false;
    assert_right(judge_code(T0, 0));
}

static void test_nobody_locks_out_somebody_else(void **state)
{
    char wrong[CS_TOTP_CODE_SIZE];

    (void)state;
    wrong_code(wrong);
    for (unsigned i = 0; i < 100; i++)
        (void)judge_unproven("alice", wrong);
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 0);
    assert_wrong(judge_unproven("alice", "1"), "throttled");
    assert_right(judge_code(T0, 0));
}

/* From ever new networks: what the account allows, and no more. */
static void test_an_account_has_a_cap_of_unproven_tries(void **state)
{
    enum { OF_ACCOUNT = 60, COMES_BACK = 85 };
    struct cs_attempt attempt = {.identity = "alice", .countable = true};
    char wrong[CS_TOTP_CODE_SIZE], client[32];

    (void)state;
    wrong_code(wrong);
    attempt.client = client;
    for (unsigned i = 0; i < OF_ACCOUNT; i++) {
        (void)snprintf(client, sizeof client, "192.0.2.%u", i);
        assert_wrong(judge_attempt(attempt, wrong), "wrong-code");
    }
    attempt.client = "198.51.100.1";
    assert_wrong(judge_attempt(attempt, wrong), "throttled");
    fake_clock_set(T0 + COMES_BACK);
    assert_wrong(judge_attempt(attempt, wrong), "wrong-code");
    assert_wrong(judge_attempt(attempt, wrong), "throttled");
    assert_right(judge_code(T0 + COMES_BACK, 0)); /* behind a key */
}

/* The failures of others give her no delay, wherever they are. */
static void test_a_known_network_gets_in_whatever_others_do(void **state)
{
    struct cs_attempt attempt = {.identity = "alice", .countable = true, .client = "203.0.113.1"};
    char wrong[CS_TOTP_CODE_SIZE], right[CS_TOTP_CODE_SIZE], client[32];

    (void)state;
    wrong_code(wrong);
    code_of(&alice, cs_totp_step(T0, PERIOD), right);
    assert_right(judge_attempt(attempt, right));
    attempt.client = client;
    for (unsigned i = 0; i < 200; i++) {
        (void)snprintf(client, sizeof client, "192.0.2.%u", i);
        (void)judge_attempt(attempt, wrong);
    }
    attempt.client = "203.0.113.1";
    fake_clock_set(T0 + PERIOD);
    code_of(&alice, cs_totp_step(T0 + PERIOD, PERIOD), right);
    assert_right(judge_attempt(attempt, right));
}

/* What says nothing about the user (empty, junk) counts against the address alone. */
static void test_what_says_nothing_of_the_user(void **state)
{
    const struct cs_attempt attempts[] = {{.identity = NULL}, {.identity = NULL, .proven = true}};
    char *rows;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(attempts); i++) {
        assert_wrong(judge_attempt(attempts[i], ""), "not-enrolled");
        assert_wrong(judge_attempt(attempts[i], "\b\n\r\177INCO"), "not-enrolled");
    }
    assert_int_equal(failures_of(CS_THROTTLE_ADDRESS, "192.0.2.1", T0), 4);
    rows = scratch_store_rows(&scratch, "throttle");
    assert_ptr_equal(strchr(rows, '\n'), strrchr(rows, '\n'));
    free(rows);
}

static void test_who_is_not_enrolled(void **state)
{
    (void)state;
    assert_wrong(judge("carol", "123456"), "not-enrolled");
    assert_wrong(judge_unproven(NULL, "123456"), "not-enrolled");
}

/* ---- recovery codes ---- */

static void show_code(const struct cs_enrolment *enrolment, size_t index,
                      char ret_shown[CS_RECOVERY_SHOWN_SIZE])
{
    cs_recovery_show(&enrolment->codes[index], ret_shown);
}

static void test_recovery_codes(void **state)
{
    char shown[CS_RECOVERY_SHOWN_SIZE];

    (void)state;
    for (unsigned i = 0; i < CS_RECOVERY_CODES; i++) {
        struct cs_outcome outcome;

        show_code(&alice, i, shown);
        outcome = judge("alice", shown);
        assert_int_equal(outcome.judgement, CS_JUDGED_RIGHT);
        assert_string_equal(cs_reason_name(outcome.reason), "recovery-code");
        assert_true(outcome.recovery);
        assert_int_equal(outcome.recovery_left, CS_RECOVERY_CODES - 1 - i);
        assert_wrong(judge("alice", shown), "wrong-code");
    }
    assert_right(judge_code(T0, 0));
}

static void test_recovery_code_forms(void **state)
{
    char shown[CS_RECOVERY_SHOWN_SIZE];

    (void)state;
    show_code(&alice, 0, shown);
    for (size_t i = 0; shown[i] != '\0'; i++) {
        if (shown[i] >= 'A' && shown[i] <= 'Z')
            shown[i] = (char)(shown[i] - 'A' + 'a');
        if (shown[i] == '-')
            shown[i] = ' ';
        if (shown[i] == '0')
            shown[i] = 'o';
        if (shown[i] == '1')
            shown[i] = 'l';
    }
    assert_int_equal(judge("alice", shown).judgement, CS_JUDGED_RIGHT);
}

static void test_recovery_codes_belong_to_their_user(void **state)
{
    char shown[CS_RECOVERY_SHOWN_SIZE];
    struct cs_enrolment bob;

    (void)state;
    enrol_app("bob", &bob);
    show_code(&bob, 0, shown);
    assert_wrong(judge("alice", shown), "wrong-code");
    assert_wrong(judge_unproven(NULL, shown), "not-enrolled");
    assert_int_equal(judge("bob", shown).judgement, CS_JUDGED_RIGHT);
    cs_enrolment_clear(&bob);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_code_is_good_once),
        TEST(test_window),
        TEST(test_a_step_lasts_to_its_last_second),
        TEST(test_drift_ahead),
        TEST(test_drift_behind),
        TEST(test_the_clock_goes_back),
        TEST(test_far_times),
        TEST(test_before_1970),
        TEST(test_the_right_factor_is_spent),
        TEST(test_a_code_is_good_for_its_user_only),
        TEST(test_a_failed_try_moves_nothing_but_its_counter),
        TEST(test_a_repeat_counts_once_a_step),
        TEST(test_the_delay),
        TEST(test_no_delay_where_it_is_switched_off),
        TEST(test_nobody_locks_out_somebody_else),
        TEST(test_an_account_has_a_cap_of_unproven_tries),
        TEST(test_a_known_network_gets_in_whatever_others_do),
        TEST(test_what_says_nothing_of_the_user),
        TEST(test_who_is_not_enrolled),
        TEST(test_recovery_codes),
        TEST(test_recovery_code_forms),
        TEST(test_recovery_codes_belong_to_their_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
