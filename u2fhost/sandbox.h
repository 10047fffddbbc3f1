/* SPDX-License-Identifier: Apache-2.0 */
/* What a hostile key finds when it has taken over this process: close to nothing. */
#ifndef CS_U2FHOST_SANDBOX_H
#define CS_U2FHOST_SANDBOX_H

#include "base/error.h"
#include "base/log.h"

/*
 * Takes away, for good and before anything from outside is read: new privileges, core dumps, ptrace
 * by others, more processes and memory than this needs; files besides devices and what describes
 * them (Landlock; a kernel without it is only logged); system calls besides those of finding and
 * using a HID device (seccomp). Starting a program ends the process.
 */
enum cs_err cs_u2fhost_confine(const struct cs_log *log, struct cs_error *error) CS_MUST_USE;

#endif
