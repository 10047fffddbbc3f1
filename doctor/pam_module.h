/* SPDX-License-Identifier: Apache-2.0 */
/* What we know of PAM modules: what they prove, and what they can return. Of pam_sm_authenticate
 * only, from their manual pages and sources in Debian 12. */
#ifndef CS_DOCTOR_PAM_MODULE_H
#define CS_DOCTOR_PAM_MODULE_H

#include <stdint.h>

#include "doctor/pam_file.h"

#define CS_PAM_OURS_NAME "pam_countersign"

enum cs_pam_role {
    CS_PAM_ROLE_UNKNOWN,   /* may prove anything, and return anything */
    CS_PAM_ROLE_OURS,      /* pam_countersign */
    CS_PAM_ROLE_HELPER,    /* proves nothing, and may succeed all the same */
    CS_PAM_ROLE_CONDITION, /* says whom the administrator treats otherwise; proves nothing */
    CS_PAM_ROLE_PASSWORD,  /* asks for a password */
    CS_PAM_ROLE_FACTOR,    /* another second factor */
};

struct cs_pam_module {
    const char *name; /* without .so */
    enum cs_pam_role role;
    uint32_t codes; /* CS_PAM_MAY(...) */
    bool asks_anew; /* without use_first_pass or try_first_pass, also for what was asked before */
};

/* Never NULL: what is not in the table is unknown. */
const struct cs_pam_module *cs_pam_module_of(const struct cs_pam_entry *entry);

bool cs_pam_is_ours(const struct cs_pam_entry *entry);

/* The module's file name, without folders; "" if the line calls no module. */
const char *cs_pam_file_name(const struct cs_pam_entry *entry);

bool cs_pam_has_argument(const struct cs_pam_entry *entry, const char *argument);

#endif
