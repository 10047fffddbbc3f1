/* SPDX-License-Identifier: Apache-2.0 */
/* A security key's answer to a registration request, from this machine or elsewhere. */
#ifndef CS_CLI_KEY_ANSWER_H
#define CS_CLI_KEY_ANSWER_H

#include "store/pending.h"
#include "u2f/relay.h"

/* Has a key in this machine answer, through the helper, within 30 seconds; asks for the touch on
 * standard error, or for the PIN and a touch at the terminal. CS_ERR_UNAVAILABLE: the helper is not
 * running. */
enum cs_err cs_key_ask_helper(const char *socket_path, const struct cs_pending *pending,
                              const struct cs_u2f_request *request,
                              struct cs_u2f_enrolled *ret_enrolled,
                              struct cs_error *error) CS_MUST_USE;

/* Reads, from standard input, the answer that countersign-touch printed. */
enum cs_err cs_key_read_response(struct cs_u2f_enrolled *ret_enrolled,
                                 struct cs_error *error) CS_MUST_USE;

#endif
