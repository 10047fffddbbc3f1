/* SPDX-License-Identifier: Apache-2.0 */
/* Files below a folder that stands for /. Links are followed as they would be inside: one to
 * /etc/x leads to the folder's own etc/x, never to this machine's (openat2(2), RESOLVE_IN_ROOT). */
#ifndef CS_DOCTOR_ROOT_H
#define CS_DOCTOR_ROOT_H

#include <sys/stat.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/strlist.h"

enum { CS_ROOT_FILE_MAX = 1024 * 1024 };

/* The descriptor belongs to the caller; -1 with errno. `path` is absolute. */
int cs_root_open(const char *root, const char *path, int flags);

/* 0, or -1 with errno. */
int cs_root_stat(const char *root, const char *path, struct stat *ret_status);

/* The whole file. CS_ERR_NOT_FOUND: there is none. */
enum cs_err cs_root_read(const char *root, const char *path, struct cs_secret *ret_content,
                         struct cs_error *error) CS_MUST_USE;

/* The last CS_ROOT_FILE_MAX bytes at most, and the number of bytes before them. */
enum cs_err cs_root_read_tail(const char *root, const char *path, struct cs_secret *ret_content,
                              struct cs_error *error) CS_MUST_USE;

/* The names in a folder, sorted, without those that begin with a dot; a folder that does not exist
 * has none. */
enum cs_err cs_root_list(const char *root, const char *path,
                         struct cs_strlist *ret_names) CS_MUST_USE;

/* The paths that match `pattern` (absolute; as glob(7)), sorted, without the root. */
enum cs_err cs_root_glob(const char *root, const char *pattern,
                         struct cs_strlist *ret_paths) CS_MUST_USE;

/*
 * Makes the folder this process's /. From the first time on accounts are those of files, whatever
 * nsswitch.conf says: no library of the folder is loaded to look them up (compare CVE-2019-14271).
 * *ret_outside belongs to the caller; cs_root_leave goes back there.
 */
enum cs_err cs_root_enter(const char *root, int *ret_outside, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_root_leave(int outside, struct cs_error *error) CS_MUST_USE;

#endif
