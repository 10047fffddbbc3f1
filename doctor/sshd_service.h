/* SPDX-License-Identifier: Apache-2.0 */
/* The PAM service that sshd logs people in with. */
#ifndef CS_DOCTOR_SSHD_SERVICE_H
#define CS_DOCTOR_SSHD_SERVICE_H

#include "base/buffer.h"
#include "doctor/sshd_text.h"

/* That of PAMServiceName (OpenSSH 9.8; an older sshd refuses the line), or "sshd"; in lower case,
 * as pam_start(3) makes it. */
void cs_sshd_service(const struct cs_sshd_text *text, struct cs_buffer *ret_name);

/* The same by the files below the root; "sshd" too where they cannot be read, which the part about
 * sshd says. */
enum cs_err cs_sshd_service_of(const char *root, struct cs_buffer *ret_name) CS_MUST_USE;

#endif
