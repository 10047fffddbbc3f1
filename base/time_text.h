/* SPDX-License-Identifier: Apache-2.0 */
/* Times as programs read them. */
#ifndef CS_BASE_TIME_TEXT_H
#define CS_BASE_TIME_TEXT_H

#include <stdint.h>

enum { CS_TIME_SIZE = 32 };

/* Seconds since 1970 as RFC 3339 has them, in UTC; "" for a time without a year. */
void cs_format_time(int64_t seconds, char ret_text[CS_TIME_SIZE]);

#endif
