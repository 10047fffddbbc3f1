/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the provider's server answers. */
#ifndef CS_CLI_CHECK_SERVER_H
#define CS_CLI_CHECK_SERVER_H

#include "login/options.h"

/* Asks it about a user whom nobody has, as a login by these options would. Nothing is sent to
 * anybody. CS_OK also for providers that have no server, or one that cannot be asked so. */
enum cs_err cs_check_server(const struct cs_options *options, struct cs_error *error) CS_MUST_USE;

#endif
