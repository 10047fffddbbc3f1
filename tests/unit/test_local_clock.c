/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of another time: recognised after a proven first factor, never accepted, and noted. */
#include "tests/unit/unit.h"

#include "providers/local/totp.h"
#include "store/clock_note.h"
#include "store/shown_time.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/local.h"

enum { PERIOD = 30, USERS = 20 };

static struct cs_local_settings login;
static struct cs_enrolment alice;

static int set_up(void **state)
{
    (void)state;
    login = (struct cs_local_settings){.totp_window = 1, .totp_drift = 3};
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

/* Somebody's code of `steps` after T0. */
static struct cs_outcome judge(const struct cs_enrolment *enrolment, int64_t steps, bool proven)
{
    const struct cs_call call = {.cancel_fd = -1, .settings = &login};
    const struct cs_factor *factor = &enrolment->factor;
    const int64_t step = cs_totp_step(T0, PERIOD) + steps;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    const struct cs_attempt attempt = {.identity = enrolment->factor.user,
                                       .subject = enrolment->factor.user,
                                       .client = "192.0.2.1",
                                       .kind = CS_FACTOR_TOTP,
                                       .answer = &answer,
                                       .proven = proven,
                                       .countable = true};
    struct cs_outcome outcome = {0};
    char code[CS_TOTP_CODE_SIZE];

    assert_int_equal(
        cs_hotp(&factor->secret, factor->algorithm, (uint64_t)step, factor->digits, code, NULL),
        CS_OK);
    assert_int_equal(cs_secret_set(&answer, code, strlen(code)), CS_OK);
    assert_int_equal(provider->ops->judge(provider, &call, &attempt, &outcome, NULL), CS_OK);
    return outcome;
}

static struct cs_clock_common common(int64_t now)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_clock_common found;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(cs_clock_note_common(&transaction, now, &found, NULL), CS_OK);
    return found;
}

static void a_code_of_another_time_is_named_and_not_accepted(void **state)
{
    static const int64_t steps[] = {2, 3, 20, -2, -20};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(steps); i++) {
        struct cs_outcome outcome = judge(&alice, steps[i], true);

        assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
        assert_string_equal(cs_reason_name(outcome.reason), "clock-off");
        assert_int_equal(outcome.clock_off, steps[i] * PERIOD);
        assert_int_equal(common(T0).factors, 1);
        assert_int_equal(common(T0).off, steps[i] * PERIOD);
    }
    assert_int_equal(judge(&alice, 1, true).judgement, CS_JUDGED_RIGHT); /* nothing was spent */
}

static void further_off_it_is_a_wrong_code_like_any_other(void **state)
{
    (void)state;
    assert_int_equal(judge(&alice, 21, true).reason, CS_REASON_WRONG_CODE);
    assert_int_equal(judge(&alice, -21, true).reason, CS_REASON_WRONG_CODE);
    assert_int_equal(common(T0).factors, 0);
}

/* Whoever has only a code must not be told, by a line of the log or by its time, how near it is. */
static void without_a_proven_first_factor_nothing_is_looked_for(void **state)
{
    struct cs_outcome outcome = judge(&alice, 3, false);

    (void)state;
    assert_int_equal(outcome.reason, CS_REASON_WRONG_CODE);
    assert_int_equal(outcome.clock_off, 0);
    assert_int_equal(common(T0).factors, 0);
}

static void a_spent_code_shows_no_wrong_clock(void **state)
{
    (void)state;
    assert_int_equal(judge(&alice, 1, true).judgement, CS_JUDGED_RIGHT);
    assert_int_equal(judge(&alice, -3, true).reason, CS_REASON_WRONG_CODE); /* older than that */
    assert_int_equal(judge(&alice, 5, true).reason, CS_REASON_CLOCK_OFF);
}

static void many_users_who_are_off_alike_stand_out(void **state)
{
    static struct cs_enrolment users[USERS];
    char name[16];

    (void)state;
    for (int i = 0; i < USERS; i++) {
        (void)snprintf(name, sizeof name, "user%d", i);
        enrol_app(name, &users[i]);
    }
    (void)judge(&users[0], 9, true);
    (void)judge(&users[1], -7, true);
    assert_int_equal(common(T0).factors, 1);
    for (int i = 2; i < 5; i++)
        (void)judge(&users[i], 3 + i % 2, true); /* a step more or less is the same */
    (void)judge(&users[4], 3, true);             /* again: still one device */
    assert_int_equal(common(T0).factors, 3);
    assert_true(common(T0).off == 3 * PERIOD || common(T0).off == 4 * PERIOD);
    assert_int_equal(common(T0 + CS_CLOCK_NOTE_SECONDS).factors, 0); /* a day later */
    for (int i = 0; i < USERS; i++)
        (void)judge(&users[i], 4, true);
    assert_int_equal(common(T0).factors, CS_CLOCK_NOTES_MAX); /* bounded */
    for (int i = 0; i < USERS; i++)
        cs_enrolment_clear(&users[i]);
}

static int64_t shown_time(void)
{
    int64_t time = -1;

    assert_int_equal(provider->ops->shown_time(provider, &time, NULL), CS_OK);
    return time;
}

/* For enrol_by: a clock that was set back does not make it earlier than the last right code. */
static void a_right_code_shows_the_time(void **state)
{
    const int64_t step = cs_totp_step(T0, PERIOD) * PERIOD;

    (void)state;
    assert_int_equal(shown_time(), 0);
    assert_int_equal(judge(&alice, 3, true).judgement, CS_JUDGED_WRONG);
    assert_int_equal(shown_time(), 0);
    assert_int_equal(judge(&alice, 0, true).judgement, CS_JUDGED_RIGHT);
    assert_int_equal(shown_time(), step);
    assert_int_equal(judge(&alice, 1, true).judgement, CS_JUDGED_RIGHT);
    assert_int_equal(shown_time(), step); /* no write for every code */
    fake_clock_set(T0 + CS_SHOWN_TIME_STEP);
    assert_int_equal(judge(&alice, CS_SHOWN_TIME_STEP / PERIOD, true).judgement, CS_JUDGED_RIGHT);
    fake_clock_set(T0 - 365 * 24 * 3600);
    assert_int_equal(shown_time(), step + CS_SHOWN_TIME_STEP);
}

/* And the codes of many users who are ahead show that the clock is behind. */
static void many_users_who_are_ahead_show_the_time(void **state)
{
    static struct cs_enrolment users[3];
    char name[16];

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(shown_time(), 0);
        (void)snprintf(name, sizeof name, "user%d", i);
        enrol_app(name, &users[i]);
        (void)judge(&users[i], 20, true);
    }
    assert_int_equal(shown_time(), T0 + 20 * PERIOD);
    for (int i = 0; i < 3; i++)
        cs_enrolment_clear(&users[i]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code_of_another_time_is_named_and_not_accepted),
        TEST(further_off_it_is_a_wrong_code_like_any_other),
        TEST(without_a_proven_first_factor_nothing_is_looked_for),
        TEST(a_spent_code_shows_no_wrong_clock),
        TEST(many_users_who_are_off_alike_stand_out),
        TEST(a_right_code_shows_the_time),
        TEST(many_users_who_are_ahead_show_the_time),
    };

    return cmocka_run_group_tests_name("local_clock", tests, NULL, NULL);
}
