/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anybody could log in to a service. */
#ifndef CS_CLI_CHECK_PLAN_H
#define CS_CLI_CHECK_PLAN_H

#include "cli/pam_line.h"

/* Does what a login to `service` ("": any) would do before its first prompt: resolves the options,
 * opens the provider, checks the plan against what the provider has. The error begins with the
 * place in the file, or with the PAM line. Run it as the broker's account. */
enum cs_err cs_check_plan(const struct cs_cli_line *line, const char *service,
                          struct cs_error *error) CS_MUST_USE;

#endif
