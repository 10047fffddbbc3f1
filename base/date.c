/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <string.h>
#include <time.h>

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Years count from March on, so that the leap day is the last of one. */
static int64_t count_days(int64_t year, int month, int day)
{
    int64_t from_march = (month + 9) % 12;
    int64_t years = month <= 2 ? year - 1 : year;
    int64_t leaps = years / 4 - years / 100 + years / 400;

    /* 306 tenths of a day make the 30 and 31 of those months; 719469 is 1970-01-01. */
    return years * 365 + leaps + (from_march * 306 + 5) / 10 + day - 719469;
}

static bool read_number(const char *text, int digits, int *ret_number)
{
    *ret_number = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret_number = *ret_number * 10 + (text[i] - '0');
    }
    return true;
}

bool cs_date_parse(const char *text, int64_t *ret_day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    *ret_day = 0;
    if (strlen(text) != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-' ||
        !read_number(text, 4, &year) || !read_number(text + 5, 2, &month) ||
        !read_number(text + 8, 2, &day) || year < 1970 || month < 1 || month > 12 || day < 1 ||
        day > days[month - 1] + (month == 2 && is_leap(year)))
        return false;
    *ret_day = count_days(year, month, day);
    return true;
}

int64_t cs_date_at(int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm parts;

    if (localtime_r(&time, &parts) == NULL)
        return INT64_MAX;
    return count_days((int64_t)parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}
