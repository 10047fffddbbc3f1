/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the servers elsewhere answer: the provider's, and the one for mail. */
#ifndef CS_CLI_CHECK_SERVER_H
#define CS_CLI_CHECK_SERVER_H

#include "login/options.h"

/* Asks it about a user whom nobody has, as a login by these options would. Nothing is sent to
 * anybody. CS_OK also for providers that have no server, or one that cannot be asked so. */
enum cs_err cs_check_server(const struct cs_options *options, struct cs_error *error) CS_MUST_USE;

/* Whether the server of mail greets, with TLS where it must have it. */
enum cs_err cs_check_mail(const struct cs_options *options, struct cs_error *error) CS_MUST_USE;

#endif
