/* SPDX-License-Identifier: Apache-2.0 */
/* Whether users can run `countersign self` where self_service is set. */
#ifndef CS_CLI_CHECK_SELF_H
#define CS_CLI_CHECK_SELF_H

#include "cli/pam_line.h"

/* CS_ERR_CONFIG, or CS_ERR_UNAVAILABLE if the socket keeps them out; without a socket nothing is
 * said of it. */
enum cs_err cs_check_self(const struct cs_cli_line *line, const char *socket,
                          struct cs_error *error) CS_MUST_USE;

#endif
