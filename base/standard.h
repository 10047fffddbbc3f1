/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, output and error, which whoever starts a program may have closed or filled up. */
#ifndef CS_BASE_STANDARD_H
#define CS_BASE_STANDARD_H

#include "base/error.h"

/*
 * Opens those that are closed on /dev/null, so that no file that is opened later gets a descriptor
 * that messages are written to or answers are read from. First thing in a program. Standard output
 * is opened for reading: what is written to it counts as lost.
 */
enum cs_err cs_standard_open(struct cs_error *error) CS_MUST_USE;

/* Whether standard output can be written at all; that of a full device can, until it is. */
enum cs_err cs_standard_probe(struct cs_error *error) CS_MUST_USE;

/* Writes what stdio holds; fails also when something before could not be written. */
enum cs_err cs_standard_flush(struct cs_error *error) CS_MUST_USE;

/* "cannot write standard output: " and errno. */
enum cs_err cs_standard_fail(struct cs_error *error);

#endif
