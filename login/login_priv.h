/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a login (login.h), one to a file. */
#ifndef CS_LOGIN_LOGIN_PRIV_H
#define CS_LOGIN_LOGIN_PRIV_H

#include "login/login.h"

/* look_up.c: finds account and identity, once, and waits up to `ms` for the name services.
 * CS_ERR_TIMEOUT: the search goes on, and the next call may have the account. CS_ERR_UNRESOLVED:
 * the name services did not say; the next call starts again. CS_ERR_HANGUP: the peer is gone. */
enum cs_err cs_login_look_up(struct cs_login *login, int64_t ms,
                             struct cs_error *error) CS_MUST_USE;

/* The same with lookup_timeout as the limit: the login cannot go on without the account. After that
 * time CS_ERR_UNRESOLVED; at the login's own end CS_ERR_TIMEOUT. */
enum cs_err cs_login_look_up_now(struct cs_login *login, struct cs_error *error) CS_MUST_USE;

/* Sets `uid` by `account` and `identity`. */
void cs_login_compare_uid(struct cs_login *login);

/* Whether an option makes the account matter before the first prompt. Otherwise the prompt comes
 * first, so that it reveals nothing. */
bool cs_login_needs_account_first(const struct cs_login *login);

/* Looks the account up if it matters before the first prompt. */
enum cs_err cs_login_look_up_first(struct cs_login *login, struct cs_error *error) CS_MUST_USE;

/* The rule that exempts the account from the second factor, or CS_REASON_NONE. */
enum cs_reason cs_login_exemption(struct cs_login *login);

/* How many days the account may still log in without a factor by enrol_by; 0: none. `now` as in
 * login/policy.h. */
unsigned cs_login_days_to_enrol(struct cs_login *login, int64_t now);

/* How long to wait for a directory: lookup_timeout, at most until the login ends. */
struct cs_patience cs_login_patience(const struct cs_login *login);

/* self_options.c: whether it is a `countersign self`. */
bool cs_login_is_self(const struct cs_login *login);

/* Takes out of the options what would let somebody in without a second factor. */
void cs_login_restrict_self(struct cs_options *options);

/* self_service.c: true: it is not for root, or the settings do not allow it for anybody; the user
 * was told, and the reason is set. */
bool cs_login_refuse_self(struct cs_login *login, struct cs_channel *channel);

/* Runs login->plan on `channel`, and then what the request wishes. The account was looked up. */
enum cs_verdict cs_login_run_self(struct cs_login *login, struct cs_channel *channel,
                                  struct cs_provider *provider);

/* self_change.c: writes a record of what changed nothing. */
void cs_login_log_self(const struct cs_login *login, bool done);

/* The calls change_self and speak of methods. */
struct cs_self_change;
struct cs_enrolling;
struct cs_enrolled;
enum cs_err cs_login_change_self(struct cs_login *login, const struct cs_method_given *given,
                                 const struct cs_provider_user *user,
                                 const struct cs_self_change *change,
                                 struct cs_enrolling *enrolling, struct cs_enrolled *ret_changed,
                                 struct cs_error *error) CS_MUST_USE;
void cs_login_speak(struct cs_login *login, const char *language);

/* first_factor.c: whether a first factor was proven before this login. `answered`: an answer came
 * that was not junk. */
bool cs_login_first_factor(const struct cs_login *login, bool answered);

/* The same, as far as that is clear without the account; the account may still turn it into a
 * no. */
bool cs_login_first_factor_claimed(const struct cs_login *login);

/* self_enrol.c: what the account needs to enrol at this login. It was looked up. */
enum cs_enrol_leave cs_login_may_enrol(struct cs_login *login, int64_t now);

/* language.c: chooses the language, and fills login->book. */
void cs_login_choose_texts(struct cs_login *login, struct cs_provider *provider);

/* run_plan.c: runs login->plan on `channel`, and keeps in the login what outlives the run. Without
 * `second`, runs only the first step. */
enum cs_verdict cs_login_run_plan(struct cs_login *login, struct cs_channel *channel,
                                  struct cs_provider *provider, bool second);

/* The same for the account phase: asks the provider alone (methods/account.h). */
enum cs_verdict cs_login_check_account(struct cs_login *login, struct cs_provider *provider);

/* place.c: notes what is being judged, and what came of it, for the case that this process is
 * killed. */
uint32_t *cs_login_note_judging(struct cs_login *login, const struct cs_channel *channel);
void cs_login_note_judged(struct cs_login *login, const struct cs_method_result *result,
                          const struct cs_channel *channel);
void cs_login_leave_place(struct cs_login *login);

#endif
