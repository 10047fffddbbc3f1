/* SPDX-License-Identifier: Apache-2.0 */
/* Days, as people write them. */
#ifndef CS_BASE_DATE_H
#define CS_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* The day written as YYYY-MM-DD (ISO 8601, Gregorian), counted from 1970-01-01. False, and 0, for
 * anything else, such as a 30th of February. */
bool cs_date_parse(const char *text, int64_t *ret_day);

/* The same count for the day that it is at that time, in seconds since 1970, where this machine is.
 * A time without a day is the last one there is, so that nothing lasts longer for it. */
int64_t cs_date_at(int64_t seconds);

#endif
