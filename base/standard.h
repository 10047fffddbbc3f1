/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, output and error, which may be closed or full when a program starts. */
#ifndef CS_BASE_STANDARD_H
#define CS_BASE_STANDARD_H

#include "base/error.h"

/*
 * Opens the closed ones on /dev/null, so that no file opened later gets a descriptor that messages
 * are written to or answers are read from. Call it first in a program. Standard output is opened
 * for reading only, so that writes to it fail.
 */
enum cs_err cs_standard_open(struct cs_error *error) CS_MUST_USE;

/* Whether standard output is open for writing. A full device still passes; only the write fails. */
enum cs_err cs_standard_probe(struct cs_error *error) CS_MUST_USE;

/* Flushes stdio's buffer; fails also if an earlier write failed. */
enum cs_err cs_standard_flush(struct cs_error *error) CS_MUST_USE;

/* Sets `error` to "cannot write standard output: " and the text of errno. */
enum cs_err cs_standard_fail(struct cs_error *error);

#endif
