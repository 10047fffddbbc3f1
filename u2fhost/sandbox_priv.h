/* SPDX-License-Identifier: Apache-2.0 */
/* The two parts of the sandbox that have their own files. */
#ifndef CS_U2FHOST_SANDBOX_PRIV_H
#define CS_U2FHOST_SANDBOX_PRIV_H

#include "base/error.h"

/* CS_ERR_UNAVAILABLE if the kernel has no Landlock. Needs no_new_privs. */
enum cs_err cs_u2fhost_restrict_files(struct cs_error *error) CS_MUST_USE;

enum cs_err cs_u2fhost_filter_calls(struct cs_error *error) CS_MUST_USE;

#endif
