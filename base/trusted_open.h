/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a file whose content will be believed. No link is followed in any component, every folder
 * above it belongs to root (or `owner`) and cannot be written by others unless it is sticky, and
 * the file itself is regular, has the right owner and a mode that is not too open. (compare
 * CVE-2019-12209, CVE-2018-9275, CVE-2024-47191.)
 */
#ifndef CS_BASE_TRUSTED_OPEN_H
#define CS_BASE_TRUSTED_OPEN_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.h"

struct cs_trust {
    uid_t owner;      /* owner besides root that is acceptable; 0 for root alone */
    mode_t forbidden; /* permission bits that must be clear, for example 0037 */
};

/* Checks an open descriptor against `trust`; `name` is for errors. */
enum cs_err cs_check_trusted(int fd, const char *name, const struct cs_trust *trust,
                             struct stat *ret_status, struct cs_error *error) CS_MUST_USE;

/* Opens `path` (absolute) for reading. The descriptor is close-on-exec and the caller's. */
enum cs_err cs_open_trusted(const char *path, const struct cs_trust *trust, int *ret_fd,
                            struct cs_error *error) CS_MUST_USE;

/* The same rules for the folders above `path` and for a folder `path` itself. */
enum cs_err cs_check_trusted_folder(const char *path, const struct cs_trust *trust,
                                    struct cs_error *error) CS_MUST_USE;

#endif
