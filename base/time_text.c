/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time_text.h"

#include <time.h>

void cs_format_time(int64_t seconds, char ret_text[CS_TIME_SIZE])
{
    time_t time = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&time, &parts) == NULL ||
        strftime(ret_text, CS_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        ret_text[0] = '\0';
}
