/* SPDX-License-Identifier: Apache-2.0 */
/* Users without a factor whom an option lets in all the same: accept_on_missing_auth_method without
 * end, enrol_by until a date and with a notice. */
#ifndef CS_METHODS_WITHOUT_FACTOR_H
#define CS_METHODS_WITHOUT_FACTOR_H

#include "methods/method.h"

/* Whether such an option may let in this user: then what the user has matters before a prompt.
 * enrol_by lets in only those who have proven a first factor. */
bool cs_may_lack_factor(const struct cs_method_login *login);

/* Whether the option does let in a user who has none. Looks at the date, and at the groups. On
 * errors nobody is let in. */
enum cs_err cs_does_without_factor(struct cs_method_login *login, bool *ret_does,
                                   struct cs_error *error) CS_MUST_USE;

/* How the login of such a user ends: CS_VERDICT_NOT_ENROLLED for accept_on_missing_auth_method;
 * CS_VERDICT_ENROL_BY when the notice was answered. Whoever does not see the notice is not let in.
 */
enum cs_verdict cs_go_without_factor(struct cs_method_login *login);

/* The reason for the log. */
enum cs_reason cs_reason_without_factor(const struct cs_method_login *login);

#endif
