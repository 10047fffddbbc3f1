/* SPDX-License-Identifier: Apache-2.0 */
/* What making a copy of the store and putting one in place share. */
#ifndef CS_STORE_BACKUP_PRIV_H
#define CS_STORE_BACKUP_PRIV_H

#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "base/error.h"

/* `path` with a suffix. */
enum cs_err cs_path_beside(const char *path, const char *suffix, char ret_path[PATH_MAX],
                           struct cs_error *error) CS_MUST_USE;

/* Opens an empty file of that name, which no other process gets in this way until the descriptor is
 * closed. What an interrupted one left there is overwritten. The caller removes it. */
enum cs_err cs_file_take(const char *path, int *ret_fd, struct cs_error *error) CS_MUST_USE;

/* Appends all of `from` to `to`, and syncs that. `what` is for errors. */
enum cs_err cs_file_copy(int from, int to, const char *what, struct cs_error *error) CS_MUST_USE;

/* Writes the database to an empty file, or a new one. VACUUM INTO reads in one transaction of its
 * own, and leaves out what was deleted. False: the connection has the error. */
bool cs_snapshot(sqlite3 *from, const char *path) CS_MUST_USE;

#endif
