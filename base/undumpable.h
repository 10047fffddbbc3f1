/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping what a process holds in memory from others. */
#ifndef CS_BASE_UNDUMPABLE_H
#define CS_BASE_UNDUMPABLE_H

#include "base/error.h"

/* No core dumps of this process, and no ptrace or reading of its memory by others than root; until
 * it runs another program, which keeps only the limit for core dumps. */
enum cs_err cs_make_undumpable(struct cs_error *error) CS_MUST_USE;

#endif
