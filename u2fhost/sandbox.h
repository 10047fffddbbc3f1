/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves a hostile key that has taken over this process next to nothing. */
#ifndef CS_U2FHOST_SANDBOX_H
#define CS_U2FHOST_SANDBOX_H

#include "base/error.h"
#include "base/log.h"

/*
 * Takes away for good, before any outside data is read: new privileges, core dumps, ptrace by
 * others, and more processes and memory than this needs; all files except devices and their
 * descriptions (Landlock; its absence is only logged); all system calls except those for finding
 * and using a HID device (seccomp). Trying to start a program kills the process.
 */
enum cs_err cs_u2fhost_confine(const struct cs_log *log, struct cs_error *error) CS_MUST_USE;

#endif
