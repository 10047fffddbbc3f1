/* SPDX-License-Identifier: Apache-2.0 */
/* From a verdict to the PAM code. Nothing else in the code lets a login pass. */
#ifndef CS_LOGIN_VERDICT_H
#define CS_LOGIN_VERDICT_H

#include "login/options.h"
#include "methods/method.h"

/* "allow", "deny", ... for logs and people. */
const char *cs_verdict_name(enum cs_verdict verdict);

/* "PAM_SUCCESS", ...: the name of a code from the functions below. */
const char *cs_pam_code_name(int code);

/* The PAM code in the account phase, where `reason` matters too. A server that is away refuses,
 * whatever failmode_insecure says. `known` as below. */
int cs_verdict_account_code(enum cs_verdict verdict, enum cs_reason reason,
                            const struct cs_options *options, bool known);

/* The PAM code. `known` is false for an account that getpwnam does not know: it never passes.
 * `proven`: a first factor is proven, and a second one is missing. */
int cs_verdict_pam_code(enum cs_verdict verdict, const struct cs_options *options, bool known,
                        bool proven);

#endif
