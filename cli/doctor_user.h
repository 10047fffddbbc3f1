/* SPDX-License-Identifier: Apache-2.0 */
/* Doctor's look at one user: who that is, whether a second factor is asked for, and whether there
 * is one. Of the running machine. */
#ifndef CS_CLI_DOCTOR_USER_H
#define CS_CLI_DOCTOR_USER_H

#include "cli/cli.h"
#include "doctor/doctor.h"

/* One user, with the settings of a login by sshd. Everything is borrowed. */
struct cs_doctor_user {
    const struct cs_doctor *doctor; /* its user is not NULL */
    struct cs_account account;      /* known */
    char identity[CS_IDENTITY_SIZE];
    const struct cs_options *options;
    unsigned kinds; /* CS_KIND() of each kind that the plan asks for, in either step */
    bool exempt;
    struct cs_findings *all;
};

/* Looks at doctor->user, if there is one. Without settings or an account, others have said what is
 * wrong, and nothing is added. */
void cs_doctor_look_at_user(const struct cs_doctor *doctor, struct cs_findings *all);

/* doctor_user_store.c: a user of the local provider. */
void cs_doctor_user_stored(const struct cs_doctor_user *user);

/* doctor_lacks.c: says that the user has nothing that the plan asks for. `hindrance`: what makes
 * the user nobody for enrol_by and self_enroll ("has a factor", ...), or NULL. */
void cs_doctor_user_lacks(const struct cs_doctor_user *user, const char *hindrance,
                          const char *what, const char *remedy);

#endif
