/* SPDX-License-Identifier: Apache-2.0 */
#include "login/audit.h"

#include <string.h>
#include <syslog.h>

#include "base/sanitise.h"

enum { VALUE_BYTES_MAX = 160 };

void cs_audit_quoted(struct cs_buffer *line, const char *key, const char *value)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    if (value == NULL)
        return;
    cs_sanitise(&clean, value, strnlen(value, VALUE_BYTES_MAX));
    line->failed = line->failed || clean.failed;
    cs_buffer_text(line, " ");
    cs_buffer_text(line, key);
    cs_buffer_text(line, "=\"");
    for (size_t i = 0, run; i < clean.length; i += run) {
        run = strcspn(clean.text + i + 1, "\"\\") + 1; /* up to the next escape */
        if (clean.text[i] == '"' || clean.text[i] == '\\')
            cs_buffer_text(line, "\\");
        cs_buffer_add(line, clean.text + i, run);
    }
    cs_buffer_text(line, strlen(value) > VALUE_BYTES_MAX ? "...\"" : "\"");
}

/* Our own words come first: a reader that stops at the first unknown part still has the outcome. */
static void add_login(const struct cs_audit *audit, struct cs_buffer *line)
{
    cs_buffer_printf(line, "login verdict=%s granted=%s reason=%s last=%s method=%s answers=%u",
                     audit->verdict, audit->granted ? "yes" : "no", cs_reason_name(audit->reason),
                     cs_reason_name(audit->last), audit->method, audit->answers);
    cs_tally_print(&audit->tally, line);
    if (audit->days_left != 0)
        cs_buffer_printf(line, " days_left=%u", audit->days_left);
    if (audit->clock_off != 0)
        cs_buffer_printf(line, " clock=%+llds", (long long)audit->clock_off);
}

/* Does not begin like a login's line: whoever counts those must not count an attempt twice. */
static void add_account(const struct cs_audit *audit, struct cs_buffer *line)
{
    cs_buffer_printf(line, "account verdict=%s granted=%s reason=%s phase=account", audit->verdict,
                     audit->granted ? "yes" : "no", cs_reason_name(audit->reason));
}

static void write_text(const struct cs_log *log, const struct cs_audit *audit)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (audit->account_phase ? add_account : add_login)(audit, &line);
    if (audit->unsettled != NULL)
        cs_buffer_printf(&line, " unsettled=%s", audit->unsettled);
    cs_buffer_printf(&line, " ms=%lld peer_uid=%u%s%s%s", (long long)audit->milliseconds,
                     audit->peer_uid, audit->standalone ? " standalone=yes" : "",
                     audit->code ? " code=" : "", audit->code ? audit->code : "");
    cs_audit_quoted(&line, "rhost", audit->address);
    cs_audit_quoted(&line, "service", audit->service);
    cs_audit_quoted(&line, "tty", audit->tty);
    cs_audit_quoted(&line, "user", audit->user);
    cs_audit_quoted(&line, "identity", audit->identity);
    cs_log(log, LOG_NOTICE, "%s", line.failed ? "login: out of memory" : line.text);
}

static void write_json(const struct cs_log *log, const struct cs_audit *audit)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_audit_json(audit, &text, &error);

    cs_log_line(log, LOG_NOTICE, result == CS_OK ? text.data : error.text);
}

void cs_audit_write(const struct cs_log *log, const struct cs_audit *audit)
{
    if (audit->form != CS_AUDIT_JSON)
        write_text(log, audit);
    if (audit->form != CS_AUDIT_TEXT)
        write_json(log, audit);
}
