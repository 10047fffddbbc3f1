/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/passwd and /etc/group as streams for fgetpwent_r and fgetgrent_r. */
#ifndef CS_BASE_ACCOUNT_FILE_H
#define CS_BASE_ACCOUNT_FILE_H

#include <stdio.h>

#include "base/secret.h"

/*
 * The file as it is now, from the first line on that has `wanted` in it (NULL: from the start); no
 * such line gives an empty stream. NULL with errno if it cannot be opened or read. *ret_text is
 * what the stream reads: release it after fclose.
 */
FILE *cs_account_file_open(const char *path, const char *wanted, struct cs_secret *ret_text);

#endif
