/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked for a second factor, and how. */
#ifndef CS_LOGIN_POLICY_H
#define CS_LOGIN_POLICY_H

#include "base/log.h"
#include "conversation/waiting.h"
#include "login/account.h"
#include "login/directory.h"
#include "login/options.h"
#include "wire/messages.h"

/* The rule that exempts the account (a group that it is in, or is not in), or CS_REASON_NONE: it is
 * asked. Groups are resolved to gids and compared with the account's primary and supplementary
 * groups (login/membership.h). A group that cannot be resolved, in time or at all, never exempts; a
 * warning says so. An unknown account is always asked. */
enum cs_reason cs_policy_exemption(const struct cs_options *options,
                                   const struct cs_account *account, struct cs_directory *directory,
                                   const struct cs_patience *patience, const struct cs_log *log);

/* How many days, the one of `now` (seconds since 1970) among them, accounts may still log in
 * without a factor by enrol_by; 0: none, or there is no such date. */
unsigned cs_policy_days_to_enrol(const struct cs_options *options, int64_t now);

/* Whether enrol_by_group has the account, or is not set. A group that cannot be resolved has
 * nobody; a warning says so. */
bool cs_policy_may_enrol_later(const struct cs_options *options, const struct cs_account *account,
                               struct cs_directory *directory, const struct cs_patience *patience,
                               const struct cs_log *log);

/* Whether self_enroll_group has the account or is not set. The same. */
bool cs_policy_may_enrol_freely(const struct cs_options *options, const struct cs_account *account,
                                struct cs_directory *directory, const struct cs_patience *patience,
                                const struct cs_log *log);

/* Whether self_service is on, and self_service_group has the account or is not set. The same. */
bool cs_policy_may_serve_itself(const struct cs_options *options, const struct cs_account *account,
                                struct cs_directory *directory, const struct cs_patience *patience,
                                const struct cs_log *log);

/* Whether informational text is sent at once rather than folded into the next prompt. With
 * PAM_SILENT it never is: the module would drop it. */
bool cs_policy_live(const struct cs_options *options, const struct cs_request *request);

/* How to wait for an approval on another device. */
enum cs_wait_mode cs_policy_wait_mode(const struct cs_options *options,
                                      const struct cs_request *request);

/* The same if something must be shown: never silently. */
enum cs_wait_mode cs_policy_shown_mode(const struct cs_options *options,
                                       const struct cs_request *request);

#endif
