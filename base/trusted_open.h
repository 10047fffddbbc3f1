/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a file whose content will be trusted. No component may be a link; every folder above it
 * must belong to root (or `owner`) and be writable by no others unless it is sticky; the file
 * itself must be regular and have the right owner and a mode that is not too open. (Compare
 * CVE-2019-12209, CVE-2018-9275, CVE-2024-47191.)
 */
#ifndef CS_BASE_TRUSTED_OPEN_H
#define CS_BASE_TRUSTED_OPEN_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.h"

struct cs_trust {
    uid_t owner;      /* an acceptable owner other than root; 0 for root only */
    mode_t forbidden; /* permission bits that must be clear, such as 0037 */
};

/* Checks an open descriptor against `trust`; `name` is for errors. */
enum cs_err cs_check_trusted(int fd, const char *name, const struct cs_trust *trust,
                             struct stat *ret_status, struct cs_error *error) CS_MUST_USE;

/* Opens `path` (absolute) for reading. The close-on-exec descriptor belongs to the caller. */
enum cs_err cs_open_trusted(const char *path, const struct cs_trust *trust, int *ret_fd,
                            struct cs_error *error) CS_MUST_USE;

/* Applies the same rules to the folders above `path` and to `path` itself, a folder. */
enum cs_err cs_check_trusted_folder(const char *path, const struct cs_trust *trust,
                                    struct cs_error *error) CS_MUST_USE;

#endif
