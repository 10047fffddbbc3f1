/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program of the machine and reads what it says. */
#ifndef CS_DOCTOR_RUN_H
#define CS_DOCTOR_RUN_H

#include "base/buffer.h"

enum { CS_RUN_WORDS_MAX = 12, CS_RUN_OUTPUT_MAX = 256 * 1024 };

struct cs_run {
    struct cs_buffer out, errors; /* what it wrote */
    int status;                   /* its exit status; -1: a signal ended it */
};

/*
 * Runs `words[0]`, a path, with no environment and nothing to read, for `patience_ms` at most;
 * `words` ends with NULL. Zero `ret_run` first, and release it with cs_run_clear.
 * CS_ERR_NOT_FOUND: there is no such program. CS_ERR_TIMEOUT: it did not end and was killed.
 */
enum cs_err cs_run(const char *const words[], int patience_ms, struct cs_run *ret_run,
                   struct cs_error *error) CS_MUST_USE;

/* `prepare` (NULL: nothing) is called in the child first. It may do only what signal-safety(7)
 * allows, and system calls. */
enum cs_err cs_run_prepared(const char *const words[], void (*prepare)(void), int patience_ms,
                            struct cs_run *ret_run, struct cs_error *error) CS_MUST_USE;

void cs_run_clear(struct cs_run *run);

#endif
