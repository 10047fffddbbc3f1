/* SPDX-License-Identifier: Apache-2.0 */
/* Another askpass: for the questions that are not ours, and to show a notice where there is no
 * terminal. */
#ifndef CS_TOUCH_ASKPASS_H
#define CS_TOUCH_ASKPASS_H

#include <sys/types.h>

#include "base/error.h"

/* Names it. It does not get the variable, so that this program named there is not run again. */
#define CS_TOUCH_ASKPASS "COUNTERSIGN_TOUCH_ASKPASS"

/* Becomes `program`, which asks `prompt`; returns only where it cannot be run. */
enum cs_err cs_touch_become(const char *program, const char *prompt,
                            struct cs_error *error) CS_MUST_USE;

/* Has `program` show `text` until cs_touch_end_notice, as ssh has for its own security keys; where
 * it cannot be run, standard error shows the text. The process, or -1. */
pid_t cs_touch_start_notice(const char *program, const char *text) CS_MUST_USE;

/* Ends and reaps it, within seconds; -1 is fine. */
void cs_touch_end_notice(pid_t process);

#endif
