/* SPDX-License-Identifier: Apache-2.0 */
/* Records as JSON, in the form of audit.schema.json. */
#include <string.h>

#include "base/sanitise.h"
#include "base/time_text.h"
#include "login/audit.h"
#include "json/write.h"

enum { NAME_BYTES_MAX = 255 }; /* an account's or identity's longest */

void cs_audit_json_text(struct cs_json_writer *writer, const char *key, const char *value)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    if (value == NULL)
        return;
    cs_sanitise(&clean, value, strnlen(value, NAME_BYTES_MAX));
    if (strlen(value) > NAME_BYTES_MAX)
        cs_buffer_text(&clean, "...");
    cs_json_write_string(writer, key,
                         clean.failed ? "out of memory"
                         : clean.text ? clean.text
                                      : "");
}

static void write_tally(struct cs_json_writer *writer, const struct cs_tally *tally)
{
    cs_json_write_object(writer, "wrong");
    for (unsigned i = 0; i < CS_REFUSED_KINDS; i++) {
        if (tally->refused[i] > 0)
            cs_json_write_integer(writer, cs_refused_name(i), tally->refused[i]);
    }
    cs_json_write_end(writer);
    cs_json_write_array(writer, "accepted");
    for (size_t i = 0; i < CS_ACCEPTED_MAX && tally->accepted[i] != CS_REASON_NONE; i++)
        cs_json_write_string(writer, NULL, cs_reason_name(tally->accepted[i]));
    cs_json_write_end(writer);
}

static void write_login(struct cs_json_writer *writer, const struct cs_audit *audit)
{
    cs_json_write_string(writer, "last", cs_reason_name(audit->last));
    cs_json_write_string(writer, "method", audit->method);
    cs_json_write_integer(writer, "answers", audit->answers);
    write_tally(writer, &audit->tally);
    if (audit->days_left != 0)
        cs_json_write_integer(writer, "days_left", audit->days_left);
    if (audit->clock_off != 0)
        cs_json_write_integer(writer, "clock", audit->clock_off);
    if (audit->unsettled != NULL)
        cs_json_write_string(writer, "unsettled", audit->unsettled);
}

static void write_record(struct cs_json_writer *writer, const struct cs_audit *audit)
{
    char time[CS_TIME_SIZE];

    cs_format_time(audit->time, time);
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "record", audit->account_phase ? "account" : "login");
    cs_json_write_string(writer, "id", audit->id);
    cs_json_write_string(writer, "time", time);
    cs_json_write_string(writer, "verdict", audit->verdict);
    cs_json_write_bool(writer, "granted", audit->granted);
    cs_json_write_string(writer, "reason", cs_reason_name(audit->reason));
    if (!audit->account_phase)
        write_login(writer, audit);
    cs_json_write_integer(writer, "ms", audit->milliseconds);
    cs_json_write_integer(writer, "peer_uid", audit->peer_uid);
    cs_json_write_bool(writer, "standalone", audit->standalone);
    if (audit->code != NULL)
        cs_json_write_string(writer, "code", audit->code);
    cs_audit_json_text(writer, "rhost", audit->address);
    cs_audit_json_text(writer, "service", audit->service);
    cs_audit_json_text(writer, "tty", audit->tty);
    cs_audit_json_text(writer, "user", audit->user);
    cs_audit_json_text(writer, "identity", audit->identity);
    cs_json_write_end(writer);
}

enum cs_err cs_audit_json(const struct cs_audit *audit, struct cs_secret *ret_text,
                          struct cs_error *error)
{
    struct cs_json_writer *writer = cs_json_writer_new();
    enum cs_err result;

    write_record(writer, audit);
    result = cs_json_print(writer, CS_JSON_COMPACT, ret_text, error);
    cs_json_writer_free(&writer);
    return result;
}
