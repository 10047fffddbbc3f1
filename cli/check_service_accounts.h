/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` says of allow_service_accounts. */
#ifndef CS_CLI_CHECK_SERVICE_ACCOUNTS_H
#define CS_CLI_CHECK_SERVICE_ACCOUNTS_H

#include "login/options.h"

/* Whether the broker would serve each account of the options' list, and the mode of its socket lets
 * each connect. The first problem is the error. A socket that is not there is none of them. */
enum cs_err cs_check_service_accounts(const struct cs_options *options, const char *socket,
                                      struct cs_error *error) CS_MUST_USE;

#endif
