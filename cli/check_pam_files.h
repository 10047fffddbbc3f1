/* SPDX-License-Identifier: Apache-2.0 */
/* PAM files that libpam reads otherwise than they look. */
#ifndef CS_CLI_CHECK_PAM_FILES_H
#define CS_CLI_CHECK_PAM_FILES_H

#include "base/strlist.h"

/* Adds a warning for each line of the files in `folder` that names the module and has a # in
 * brackets, or is longer than libpam before 1.6 reads, and for each file whose account stack is the
 * module alone. A file that cannot be read says nothing. */
enum cs_err cs_check_pam_files(const char *folder, struct cs_strlist *warnings) CS_MUST_USE;

#endif
