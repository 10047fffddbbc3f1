/* SPDX-License-Identifier: Apache-2.0 */
/* What the module would send for a login, made from a verb's words. */
#ifndef CS_CLI_REQUEST_H
#define CS_CLI_REQUEST_H

#include "cli/cli.h"
#include "cli/verb.h"
#include "wire/messages.h"

/* Sets a text of a request to a copy. CS_ERR_NOMEM. */
enum cs_err cs_cli_request_set(char **text, const char *value) CS_MUST_USE;

/* The first operand is the user; `rhost` may be NULL. CS_ERR_NOMEM. Release it with
 * cs_request_clear, also after an error. */
enum cs_err cs_cli_request_fill(struct cs_request *request, const struct cs_words *words,
                                const char *service, const char *rhost) CS_MUST_USE;

/* Opens the file that the module would hand over; --config is to the tool what config= is on a PAM
 * line. Fails as cs_config_open does. */
enum cs_err cs_cli_request_open(const struct cs_cli *cli, struct cs_request *request,
                                struct cs_error *error) CS_MUST_USE;

#endif
