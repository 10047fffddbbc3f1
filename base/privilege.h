/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up root for good. */
#ifndef CS_BASE_PRIVILEGE_H
#define CS_BASE_PRIVILEGE_H

#include <sys/types.h>

#include "base/error.h"

/* Looks up the account that owns the store. */
enum cs_err cs_run_user(uid_t *ret_uid, gid_t *ret_gid, struct cs_error *error) CS_MUST_USE;

/*
 * Becomes the account `countersign`: no supplementary groups, all user and group ids set and
 * checked (compare duo_unix #389), no new privileges, no core dumps, not readable by ptrace. If the
 * process already runs as that account, only the last three are done; if it runs as neither that
 * account nor root, this fails.
 */
enum cs_err cs_become_run_user(struct cs_error *error) CS_MUST_USE;

#endif
