/* SPDX-License-Identifier: Apache-2.0 */
/* Users who get in while the provider is away, with a factor of this machine. */
#ifndef CS_LOGIN_OFFLINE_H
#define CS_LOGIN_OFFLINE_H

#include "login/login.h"

/* Whether offline_users names the login's account, exactly; blanks around names do not count.
 * Nobody does whose plan asks for a password, which this machine cannot check, or who has been
 * refused in this login. */
bool cs_login_may_go_offline(const struct cs_login *login);

/* Runs the login again at the local provider: a code of an app, or a recovery code. What was
 * enrolled here is under the account's own name. CS_VERDICT_UNREACHABLE, as before, if that
 * provider cannot be opened. */
enum cs_verdict cs_login_run_offline(struct cs_login *login, struct cs_channel *channel);

#endif
