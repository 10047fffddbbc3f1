/* SPDX-License-Identifier: Apache-2.0 */
/* When a login looks its account up, and how long it waits for that. */
#ifndef CS_LOGIN_LOOK_UP_H
#define CS_LOGIN_LOOK_UP_H

#include "login/login.h"

/*
 * Finds account and identity, once, and waits up to `ms` for the name services. CS_ERR_TIMEOUT: the
 * account is still looked for, and may be found by the next time. CS_ERR_UNRESOLVED: the name
 * services did not say; the next time begins anew. CS_ERR_HANGUP.
 */
enum cs_err cs_login_look_up(struct cs_login *login, int64_t ms,
                             struct cs_error *error) CS_MUST_USE;

/* The same for as long as lookup_timeout says: the login cannot go on without the account. After
 * that time CS_ERR_UNRESOLVED; CS_ERR_TIMEOUT at the login's own end. */
enum cs_err cs_login_look_up_now(struct cs_login *login, struct cs_error *error) CS_MUST_USE;

/* Whether an option makes the account matter before the first prompt; elsewhere the prompt comes
 * first, so that it tells nothing. */
bool cs_login_needs_account_first(const struct cs_login *login);

/* Looks the account up if it matters before the first prompt. */
enum cs_err cs_login_look_up_first(struct cs_login *login, struct cs_error *error) CS_MUST_USE;

/* The rule that exempts the account from the second factor, or NULL. */
const char *cs_login_exemption(struct cs_login *login);

#endif
