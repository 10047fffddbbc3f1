/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/tell.h"

#include <syslog.h>

enum cs_err cs_tell_text(struct cs_channel *channel, const struct cs_phrasebook *book,
                         enum cs_text key, const struct cs_values *values, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_say(book, key, values, &text);
    if (text.failed)
        return cs_fail_nomem(error);
    return text.length > 0 ? cs_tell(channel, text.text, error) : CS_OK;
}

void cs_tell_last(struct cs_channel *channel, const struct cs_phrasebook *book, enum cs_text key,
                  const struct cs_log *log)
{
    struct cs_error error = {0};

    if (cs_tell_text(channel, book, key, NULL, &error) != CS_OK)
        cs_log(log, LOG_INFO, "the last text was not shown: %s", error.text);
}
