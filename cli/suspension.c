/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suspension.h"

#include <string.h>

#include "base/sanitise.h"

void cs_write_suspension(struct cs_json_writer *writer, bool suspended, int64_t since)
{
    char text[CS_TIME_SIZE];

    if (!suspended) {
        cs_json_write_null(writer, "suspended");
        return;
    }
    cs_format_time(since, text);
    cs_json_write_object(writer, "suspended");
    cs_json_write_string(writer, "since", text);
    cs_json_write_end(writer);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct cs_suspension_change *change = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer user = {0};
    char since[CS_TIME_SIZE];

    cs_sanitise(&user, change->user, strlen(change->user));
    if (user.failed)
        return cs_fail_nomem(error);
    cs_format_time(change->since, since);
    if (change->suspended && change->changed)
        (void)printf("%s is suspended: nothing that %s enrolled is accepted until 'countersign "
                     "resume'. Sessions that are open stay open.\n",
                     user.text, user.text);
    else if (change->suspended)
        (void)printf("%s was already suspended, since %s.\n", user.text, since);
    else
        (void)printf("%s %s.\n", user.text,
                     change->changed ? "is no longer suspended" : "was not suspended");
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct cs_suspension_change *change = context;

    (void)error;
    cs_json_write_string(writer, "user", change->user);
    cs_write_suspension(writer, change->suspended, change->since);
    cs_json_write_bool(writer, "changed", change->changed);
    return CS_OK;
}

const struct cs_report cs_suspension_report = {.say = say, .write = write};
