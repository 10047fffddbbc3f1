/* SPDX-License-Identifier: Apache-2.0 */
/* Which libpam a machine has: it reads some lines otherwise since 1.6 (pam_line.h). */
#ifndef CS_DOCTOR_PAM_VERSION_H
#define CS_DOCTOR_PAM_VERSION_H

#include "base/error.h"

enum cs_pam_version { CS_PAM_VERSION_UNKNOWN, CS_PAM_BEFORE_1_6, CS_PAM_FROM_1_6 };

/* Looks into the library, because its file's name is the same in both. */
enum cs_err cs_pam_version_of(const char *root, enum cs_pam_version *ret_version) CS_MUST_USE;

#endif
