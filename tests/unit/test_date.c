/* SPDX-License-Identifier: Apache-2.0 */
/* Days as people write them. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <time.h>

#include "base/date.h"

enum { DAY = 24 * 3600 };

/* Every day of four centuries, against the C library's calendar. */
static void test_parse_every_day(void **state)
{
    char text[32];

    (void)state;
    for (int64_t day = 0; day < 400 * 366; day++) {
        time_t time = (time_t)(day * DAY);
        struct tm parts;
        int64_t parsed = -1;

        assert_non_null(gmtime_r(&time, &parts));
        assert_int_equal(strftime(text, sizeof text, "%Y-%m-%d", &parts), 10);
        if (!cs_date_parse(text, &parsed) || parsed != day)
            fail_msg("%s: %lld", text, (long long)parsed);
    }
}

static void test_parse_refuses_what_is_no_day(void **state)
{
    static const char *const texts[] = {
        "",           "2027",        "2027-1-31",   "2027-02-29", "2027-13-01", "2027-00-10",
        "2027-01-00", "2027-01-32",  "2100-02-29",  "27-01-2031", "31-01-2027", "2027/01/31",
        "2027-01-3x", "2027-01-31 ", " 2027-01-31", "20270131",   "1969-12-31", "2027-04-31",
        "+027-01-31", "2027-01-310", "tomorrow",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        int64_t day = 1;

        if (cs_date_parse(texts[i], &day) || day != 0)
            fail_msg("'%s' was taken for a day", texts[i]);
    }
}

/* The day ends at midnight of the machine's time zone, summer time or not. */
static void test_at_follows_the_time_zone(void **state)
{
    static const struct {
        const char *zone;
        int64_t seconds; /* that the day there begins after the one in UTC */
    } rows[] = {{"UTC0", 0}, {"EST5", 5 * 3600}, {"NZST-12", -12 * 3600}};
    int64_t day;

    (void)state;
    assert_true(cs_date_parse("2027-01-31", &day));
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        int64_t begin = day * DAY + rows[i].seconds;

        assert_int_equal(setenv("TZ", rows[i].zone, 1), 0);
        tzset();
        assert_int_equal(cs_date_at(begin), day);
        assert_int_equal(cs_date_at(begin - 1), day - 1);
        assert_int_equal(cs_date_at(begin + DAY - 1), day);
        assert_int_equal(cs_date_at(begin + DAY), day + 1);
    }
    assert_int_equal(cs_date_at(INT64_MAX), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_every_day),
        cmocka_unit_test(test_parse_refuses_what_is_no_day),
        cmocka_unit_test(test_at_follows_the_time_zone),
    };

    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
