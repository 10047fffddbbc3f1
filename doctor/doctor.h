/* SPDX-License-Identifier: Apache-2.0 */
/* `countersign doctor`: reads what a login needs, the way the machine will read it, and changes
 * nothing. Each part looks at one thing and adds what it found. */
#ifndef CS_DOCTOR_DOCTOR_H
#define CS_DOCTOR_DOCTOR_H

#include "base/error.h"
#include "doctor/finding.h"
#include "login/config.h"

/* What to look at. Everything is borrowed. */
struct cs_doctor {
    const char *root; /* "", or a folder that stands for / (an image, a container): then nothing is
                         asked of the running machine */
    const char *user; /* whose logins are of special interest; NULL: nobody's */
    const char *from; /* the address that they come from; NULL: any */
    bool online;      /* servers may be asked */
    bool all;         /* what is left out is said too */
    const struct cs_config *config; /* NULL: it cannot be read */
    const char *socket;             /* the broker's */
};

/* Adds findings. An error is about the looking itself: what could not be looked at. */
typedef enum cs_err cs_doctor_part(const struct cs_doctor *doctor, struct cs_findings *all,
                                   struct cs_error *error);

cs_doctor_part cs_doctor_sshd, cs_doctor_sshd_running, cs_doctor_files, cs_doctor_machine,
    cs_doctor_names, cs_doctor_pam, cs_doctor_units;

/* Runs every part. One that could not look is itself a finding, "not-looked-at", and wrong: silence
 * must not pass for health. */
void cs_doctor_run(const struct cs_doctor *doctor, struct cs_findings *all);

#endif
