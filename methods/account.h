/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a user may log in at all, whatever was proven (PAM's account phase). */
#ifndef CS_METHODS_ACCOUNT_H
#define CS_METHODS_ACCOUNT_H

#include "methods/method.h"

/* Asks the provider; nobody else is asked, and login->given->channel is not used. CS_VERDICT_ALLOW
 * with CS_REASON_NO_OBJECTION: the provider vouches for nobody, or has no say. CS_VERDICT_DENY: it
 * refuses, or does not know the user. Anything else is a failure. */
enum cs_verdict cs_check_account(struct cs_method_login *login);

#endif
