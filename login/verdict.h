/* SPDX-License-Identifier: Apache-2.0 */
/* From a verdict to the PAM code. Nothing else in the code lets a login pass. */
#ifndef CS_LOGIN_VERDICT_H
#define CS_LOGIN_VERDICT_H

#include "login/options.h"
#include "methods/method.h"

/* "allow", "deny", ... for logs and people. */
const char *cs_verdict_name(enum cs_verdict verdict);

/* "PAM_SUCCESS", ...: the name of a code from cs_verdict_pam_code. */
const char *cs_pam_code_name(int code);

/* The PAM code. `known` is false for an account that getpwnam does not know: it never passes.
 * `proven`: a first factor is proven, and a second one is missing. */
int cs_verdict_pam_code(enum cs_verdict verdict, const struct cs_options *options, bool known,
                        bool proven);

#endif
