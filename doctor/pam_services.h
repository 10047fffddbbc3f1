/* SPDX-License-Identifier: Apache-2.0 */
/* The services of a machine, side by side. */
#ifndef CS_DOCTOR_PAM_SERVICES_H
#define CS_DOCTOR_PAM_SERVICES_H

#include "doctor/pam_look.h"

/* One service, as far as it is compared with the others. */
struct cs_pam_summary {
    const char *name; /* borrowed */
    bool asks_us;     /* an auth line of ours */
    bool fragment;    /* others include its file */
};

/* Whether a name in /etc/pam.d is the remainder of another: NAME.dpkg-old, NAME~. */
bool cs_pam_is_remainder(const char *name);

/* Whether no program can mean it: pam_start makes the names of services lower case. */
bool cs_pam_is_never_read(const char *name);

/* Services that should ask for a second factor and do not, and files that were put back. */
enum cs_err
cs_pam_look_services(const struct cs_pam_look *look, const struct cs_pam_summary *services,
                     size_t count,
                     const struct cs_strlist *names /* all, with remainders */) CS_MUST_USE;

#endif
