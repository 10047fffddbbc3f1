/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a verb that root should not do, or that must be tried as the broker would do them. */
#ifndef CS_CLI_CHILD_H
#define CS_CLI_CHILD_H

#include <stddef.h>

#include "base/error.h"

enum { CS_CLI_RESULT_MAX = 16 * 1024 }; /* a pipe takes that much without a reader */

/*
 * Runs `part` in a child that becomes the account countersign first. `result`, of `size` bytes and
 * without pointers, comes back as the child leaves it; everything else is as it was. Nothing of the
 * child's is printed. Returns what `part` returns; CS_ERR_SYSTEM: the child cannot be run.
 */
enum cs_err cs_cli_as_run_user(enum cs_err (*part)(void *context, struct cs_error *error),
                               void *context, void *result, size_t size,
                               struct cs_error *error) CS_MUST_USE;

#endif
