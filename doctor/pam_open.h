/* SPDX-License-Identifier: Apache-2.0 */
/* Where PAM's files are. */
#ifndef CS_DOCTOR_PAM_OPEN_H
#define CS_DOCTOR_PAM_OPEN_H

#include "base/buffer.h"
#include "base/secret.h"
#include "doctor/pam_file.h"

#define CS_PAM_ETC "/etc/pam.d"
#define CS_PAM_VENDOR "/usr/lib/pam.d"
#define CS_PAM_CONF "/etc/pam.conf" /* read if there is neither */

bool cs_pam_has_etc(const struct cs_pam_source *source);
bool cs_pam_has_folders(const struct cs_pam_source *source);

/* Reads a file. CS_ERR_NOT_FOUND: there is none. */
enum cs_err cs_pam_read(const struct cs_pam_source *source, const char *path,
                        struct cs_secret *content) CS_MUST_USE;

/* Reads a service's file, or an absolute path. CS_ERR_NOT_FOUND: there is none; `path` is where it
 * was looked for last. */
enum cs_err cs_pam_open(const struct cs_pam_source *source, const char *name,
                        struct cs_buffer *path, struct cs_secret *content) CS_MUST_USE;

#endif
