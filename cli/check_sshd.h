/* SPDX-License-Identifier: Apache-2.0 */
/* What the version of the sshd installed means for the settings. */
#ifndef CS_CLI_CHECK_SSHD_H
#define CS_CLI_CHECK_SSHD_H

#include "cli/check_sink.h"
#include "cli/pam_line.h"

/* Adds a sentence to `warnings` for each setting of the service sshd that does not suit the version
 * of /usr/sbin/sshd, and notes what an administrator of that version must know anyway. Nothing if
 * there is no OpenSSH. CS_ERR_NOMEM only. */
enum cs_err cs_check_sshd(const struct cs_cli_line *line, const struct cs_check_sink *sink,
                          struct cs_strlist *warnings) CS_MUST_USE;

#endif
