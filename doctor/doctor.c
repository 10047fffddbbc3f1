/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/doctor.h"

static const struct {
    const char *what;
    cs_doctor_part *look;
    bool running; /* asks the running machine: left out with a root folder */
} parts[] = {
    {"sshd", cs_doctor_sshd, false},          {"PAM", cs_doctor_pam, false},
    {"files", cs_doctor_files, false},        {"running sshd", cs_doctor_sshd_running, true},
    {"machine", cs_doctor_machine, true},     {"units", cs_doctor_units, true},
    {"name services", cs_doctor_names, true},
};

static void leave_out(const struct cs_doctor *doctor, const char *what, struct cs_findings *all)
{
    if (doctor->all)
        cs_findings_add(all, CS_FINDING_FINE, "left-out", (struct cs_place){0}, NULL,
                        "%s: not looked at, because it takes the running machine", what);
}

void cs_doctor_run(const struct cs_doctor *doctor, struct cs_findings *all)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(parts); i++) {
        struct cs_error error = {0};

        if (parts[i].running && doctor->root[0] != '\0') {
            leave_out(doctor, parts[i].what, all);
            continue;
        }
        if (parts[i].look(doctor, all, &error) != CS_OK)
            cs_findings_add(all, CS_FINDING_WRONG, "not-looked-at", (struct cs_place){0},
                            "repair that and run doctor again", "%s: %s", parts[i].what,
                            error.text);
    }
}
