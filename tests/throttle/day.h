/* SPDX-License-Identifier: Apache-2.0 */
/* A day at the local provider under a clock that the test sets: guessers who never tire, and people
 * who come in between. Everything that judges and counts is the real code. */
#ifndef CS_TESTS_THROTTLE_DAY_H
#define CS_TESTS_THROTTLE_DAY_H

#include "tests/unit/unit.h"

#include "base/attributes.h"
#include "providers/local/totp.h"
#include "tests/unit/local.h"

enum { DAY = 86400, HOUR = 3600, PERIOD = 30, STEP = 5, PEOPLE_MAX = 64 };

/* A day of commits would be an hour of waiting for the disk, which is not asked here. */
__attribute__((visibility("default"))) int fdatasync(int fd);
__attribute__((visibility("default"))) int fsync(int fd);

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return 0;
}

struct person {
    char name[16];
    struct cs_enrolment app;
};

static struct person people[PEOPLE_MAX];
static size_t people_count;
static int64_t now;

static inline void set_time(int64_t seconds)
{
    now = seconds;
    fake_clock_set(seconds);
}

static inline struct cs_outcome judge(struct cs_attempt attempt, const char *answer)
{
    static const struct cs_local_settings login = {
        .totp_window = 1, .totp_drift = 3, .throttle = true};
    const struct cs_call call = {.cancel_fd = -1, .settings = &login};
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_secret_set(&secret, answer, strlen(answer)), CS_OK);
    attempt.answer = &secret;
    attempt.kind = CS_FACTOR_TOTP;
    if (attempt.subject == NULL)
        attempt.subject = attempt.identity;
    if (provider->ops->judge(provider, &call, &attempt, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    return outcome;
}

/* One wrong code; whether it was judged. */
static inline bool guess(const char *user, const char *network, bool proven)
{
    const struct cs_attempt attempt = {
        .identity = user, .client = network, .proven = proven, .countable = true};
    struct cs_outcome outcome = judge(attempt, "guess!");

    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
    return outcome.reason != CS_REASON_THROTTLED;
}

/* One right code. */
static inline bool log_in(const struct person *person, const char *network, bool proven)
{
    const struct cs_attempt attempt = {
        .identity = person->name, .client = network, .proven = proven, .countable = true};
    const struct cs_factor *factor = &person->app.factor;
    char code[CS_TOTP_CODE_SIZE];

    assert_int_equal(cs_hotp(&factor->secret, factor->algorithm,
                             (uint64_t)cs_totp_step(now, PERIOD), factor->digits, code, NULL),
                     CS_OK);
    return judge(attempt, code).judgement == CS_JUDGED_RIGHT;
}

static inline int day_begin(void **state)
{
    (void)state;
    local_open();
    people_count = 0;
    set_time(T0);
    return 0;
}

static inline struct person *enrol_person(void)
{
    struct person *person = &people[people_count];

    assert_true(people_count < PEOPLE_MAX);
    (void)snprintf(person->name, sizeof person->name, "person%zu", people_count++);
    enrol_app(person->name, &person->app);
    return person;
}

static inline int day_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < people_count; i++)
        cs_enrolment_clear(&people[i].app);
    local_close();
    return 0;
}

#endif
