/* SPDX-License-Identifier: Apache-2.0 */
/* One service under examination, for the files pam_*.c that examine it. */
#ifndef CS_DOCTOR_PAM_LOOK_H
#define CS_DOCTOR_PAM_LOOK_H

#include "doctor/doctor.h"
#include "doctor/pam_file.h"
#include "doctor/pam_walk.h"

struct cs_pam_look {
    const struct cs_doctor *doctor;
    struct cs_pam_source source;
    struct cs_findings *all;
    const char *name; /* the service */
    const char *sshd; /* that of sshd */
    bool fragment;    /* others include its file: what comes before and behind it is theirs */
    struct cs_pam_service service;
    struct cs_pam_stack auth;
    struct cs_pam_step steps[CS_PAM_ENTRIES_MAX]; /* of `auth` */
    struct cs_options options;                    /* of the line that is looked at last */
};

/* Where an entry stands. */
struct cs_place cs_pam_place(const struct cs_pam_entry *entry);

/* Whether an auth line, or any line at all, names our module. */
bool cs_pam_asks_us(const struct cs_pam_look *look);
bool cs_pam_names_us(const struct cs_pam_look *look);

/* The settings of a login with that line of ours, in look->options; a mistake in its arguments
 * leaves the defaults for the rest. */
void cs_pam_line_options(struct cs_pam_look *look, const struct cs_pam_entry *entry);

/* pam_ways.c: who gets in through the auth stack, and how. */
void cs_pam_look_ways(struct cs_pam_look *look);
/* pam_asking.c: what is asked, in which order. */
void cs_pam_look_asking(struct cs_pam_look *look);
/* pam_words.c: lines that libpam does not understand, misspelt modules, wrong arguments. */
void cs_pam_look_words(struct cs_pam_look *look);
/* pam_modes.c: who may change the files. */
void cs_pam_look_modes(struct cs_pam_look *look);

#endif
