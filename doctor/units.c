/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/units.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor.h"
#include "doctor/run.h"

enum { PATIENCE_MS = 2000, VALUE_SIZE = 64 };

/* The property's value, cut short; "" if it was not said. */
static void find_value(const char *said, const char *property, char ret_value[VALUE_SIZE])
{
    size_t length = strlen(property);

    ret_value[0] = '\0';
    for (const char *line = said; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, property, length) == 0 && line[length] == '=') {
            (void)snprintf(ret_value, VALUE_SIZE, "%.*s", (int)strcspn(line + length + 1, "\n"),
                           line + length + 1);
            return;
        }
    }
}

/* One value of one property that is bad news. */
static const struct row {
    const char *property, *value, *id;
    enum cs_severity severity;
    const char *reason, *remedy;
} rows[] = {
    {"ActiveState", "failed", "unit-failed", CS_FINDING_WRONG, "has failed",
     "read 'systemctl status' of it, then 'systemctl reset-failed'"},
    {"LoadState", "error", "unit-broken", CS_FINDING_WRONG, "cannot be read",
     "run 'systemd-analyze verify' on it"},
    {"LoadState", "bad-setting", "unit-broken", CS_FINDING_WRONG, "has a setting that it refuses",
     "run 'systemd-analyze verify' on it"},
    {"NeedDaemonReload", "yes", "unit-not-reloaded", CS_FINDING_RISKY,
     "was changed after systemd had read it", "systemctl daemon-reload, then restart it"},
};

void cs_unit_judge(const char *unit, const char *said, struct cs_findings *all)
{
    char result[VALUE_SIZE];

    find_value(said, "Result", result);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char value[VALUE_SIZE];
        bool failed = rows[i].property[0] == 'A' && result[0] != '\0';

        find_value(said, rows[i].property, value);
        if (strcmp(value, rows[i].value) == 0)
            cs_findings_add(all, rows[i].severity, rows[i].id, (struct cs_place){0}, rows[i].remedy,
                            "systemd says that %s %s%s%s", unit, rows[i].reason, failed ? ": " : "",
                            failed ? result : "");
    }
}

static void ask(const char *unit, struct cs_findings *all)
{
    const char *const words[] = {"/usr/bin/systemctl", "show",
                                 "--property=LoadState,ActiveState,Result,NeedDaemonReload", unit,
                                 NULL};
    CS_AUTO(cs_run_clear) struct cs_run run = {0};
    struct cs_error error = {0};

    if (cs_run(words, PATIENCE_MS, &run, &error) == CS_OK && run.status == 0 &&
        run.out.text != NULL) {
        cs_unit_judge(unit, run.out.text, all);
        return;
    }
    if (error.text[0] == '\0')
        (void)snprintf(error.text, sizeof error.text, "%.200s",
                       run.errors.text != NULL ? run.errors.text : "it fails without a word");
    cs_findings_add(all, CS_FINDING_RISKY, "unit-unknown", (struct cs_place){0},
                    "look whether systemd works: 'systemctl status'",
                    "systemctl does not say how %s is: %s", unit, error.text);
}

/* Where something else starts programs, somebody else knows what failed. */
enum cs_err cs_doctor_units(const struct cs_doctor *doctor, struct cs_findings *all,
                            struct cs_error *error)
{
    static const char *const units[] = {"countersignd.socket", "countersignd.service",
                                        "countersign-u2f-host.socket"};

    (void)error;
    if (access("/run/systemd/system", F_OK) != 0) {
        if (doctor->all)
            cs_findings_add(all, CS_FINDING_FINE, "left-out", (struct cs_place){0}, NULL,
                            "units: not looked at, because systemd does not run here");
        return CS_OK;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(units); i++)
        ask(units[i], all);
    return CS_OK;
}
