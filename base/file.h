/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers for files and descriptors. */
#ifndef CS_BASE_FILE_H
#define CS_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/secret.h"

/* Closes *fd unless negative and sets it to -1; for CS_AUTO. */
void cs_fd_close(int *fd);

/* Reads all of `fd` from its start; more than `limit` bytes are CS_ERR_LIMIT. `name` is for
 * errors. */
enum cs_err cs_read_all(int fd, const char *name, size_t limit, struct cs_secret *ret_content,
                        struct cs_error *error) CS_MUST_USE;

/* Reads `size` bytes, be they in pieces; false if the other end closes before that, or fails. */
bool cs_read_exactly(int fd, void *data, size_t size) CS_MUST_USE;

/* Writes all of it; CS_ERR_SYSTEM with errno set, and part of it may have been written. */
enum cs_err cs_write_all(int fd, const void *data, size_t length) CS_MUST_USE;

/* Syncs the folder that `path` is in, after a change to its names. */
enum cs_err cs_sync_folder_of(const char *path, struct cs_error *error) CS_MUST_USE;

/*
 * Replaces `path` atomically: writes and syncs a temporary file in the same folder with `mode` and
 * `group` (a gid, or (gid_t)-1 to leave it), renames it over `path` and syncs the folder. A crash
 * leaves either the old file or the new one.
 */
enum cs_err cs_replace_file(const char *path, unsigned mode, unsigned group, const void *data,
                            size_t length, struct cs_error *error) CS_MUST_USE;

/* The same for a `path` that must not exist yet: CS_ERR_TRUST if it does, whatever it is. */
enum cs_err cs_create_file(const char *path, unsigned mode, unsigned group, const void *data,
                           size_t length, struct cs_error *error) CS_MUST_USE;

#endif
