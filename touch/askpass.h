/* SPDX-License-Identifier: Apache-2.0 */
/* Another askpass, for the questions that are not ours and to show a notice if there is no
 * terminal. */
#ifndef CS_TOUCH_ASKPASS_H
#define CS_TOUCH_ASKPASS_H

#include <sys/types.h>

#include "base/error.h"
#include "base/secret.h"

/* Names the other askpass. It does not inherit the variable, so that naming this program there does
 * not run it again and again. */
#define CS_TOUCH_ASKPASS "COUNTERSIGN_TOUCH_ASKPASS"

/* Becomes `program`, which asks `prompt`; returns only if that cannot be run. */
enum cs_err cs_touch_become(const char *program, const char *prompt,
                            struct cs_error *error) CS_MUST_USE;

/*
 * Makes `program` ask `text` and reads the answer, without its newline, until `program` ends.
 * `reader` is for poll(2), readable or closed once nobody waits for the answer, or -1.
 * CS_ERR_CANCELLED if nobody does or `program` fails (the person pressed Cancel), CS_ERR_CANNOT_ASK
 * if it cannot be run.
 */
enum cs_err cs_touch_ask_through(const char *program, const char *text, int reader,
                                 struct cs_secret *ret_answer, struct cs_error *error) CS_MUST_USE;

/* Makes `program` show `text` until cs_touch_end_notice, as ssh does for its own security keys; if
 * it cannot be run, writes the text to standard error. Returns the process or -1. */
pid_t cs_touch_start_notice(const char *program, const char *text) CS_MUST_USE;

/* Ends and reaps the process, within seconds; accepts -1. */
void cs_touch_end_notice(pid_t process);

#endif
