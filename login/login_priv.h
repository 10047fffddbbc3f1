/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a login (login.h), one to a file. */
#ifndef CS_LOGIN_LOGIN_PRIV_H
#define CS_LOGIN_LOGIN_PRIV_H

#include "login/login.h"

/* identify.c: looks the account up and maps it to its identity, once. */
enum cs_err cs_login_identify(struct cs_login *login, struct cs_error *error) CS_MUST_USE;

/* first_factor.c: whether a first factor was proven before this login. `answered`: an answer came
 * that is not junk. */
bool cs_login_first_factor(const struct cs_login *login, bool answered);

/* The same as far as it can be told without the account; that may still change it to no. */
bool cs_login_first_factor_claimed(const struct cs_login *login);

/* language.c: chooses the language, and fills login->book. */
void cs_login_choose_texts(struct cs_login *login, struct cs_provider *provider);

/* run_plan.c: runs login->plan on `channel`, and keeps in the login what outlives the run. */
enum cs_verdict cs_login_run_plan(struct cs_login *login, struct cs_channel *channel,
                                  struct cs_provider *provider);

#endif
