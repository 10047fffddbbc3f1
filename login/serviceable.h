/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anybody could log in with these options. */
#ifndef CS_LOGIN_SERVICEABLE_H
#define CS_LOGIN_SERVICEABLE_H

#include "base/log.h"
#include "login/options.h"

/* Opens the provider as a login would, closes it again, and checks the plan against the kinds of
 * factors that its users can have. Nothing is sent anywhere. CS_ERR_CONFIG says why every login
 * with these options would be refused. */
enum cs_err cs_options_check_plan(const struct cs_options *options, const struct cs_log *log,
                                  struct cs_error *error) CS_MUST_USE;

#endif
