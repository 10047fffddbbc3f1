/* SPDX-License-Identifier: Apache-2.0 */
/* A user without a factor sets up an authenticator app at a login (self_enroll). */
#ifndef CS_METHODS_SELF_ENROL_H
#define CS_METHODS_SELF_ENROL_H

#include "methods/method.h"

/* True: the login is decided by it. False: the user may not, or does not want to, and the login
 * goes on as without it. Who has not proven a first factor is not looked up for it. */
bool cs_self_enrol(struct cs_method_login *login, enum cs_verdict *ret_verdict);

#endif
