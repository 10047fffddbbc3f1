/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's end of countersign-u2f-host, the only program that accesses this machine's security
 * keys. */
#ifndef CS_U2F_HOST_CLIENT_H
#define CS_U2F_HOST_CLIENT_H

#include "u2f/host_message.h"

/* Whether that socket exists; false for NULL. */
bool cs_u2f_host_exists(const char *socket_path);

/*
 * Connects to the helper's socket, sends the request and waits for its answer: for as long as the
 * request allows plus a few seconds, never past `deadline` (cs_clock_ms), or until `cancel_fd` (-1
 * for none) is readable or closed, which ends the helper's wait too.
 *
 * `ret_answer->result` is the helper's result; if it is an error of u2f/touch.h, that error is
 * returned with a sentence for the person. It is CS_OK if the helper gave none; the error is then
 * CS_ERR_CANCELLED for `cancel_fd`, or CS_ERR_UNAVAILABLE if the helper failed: it cannot be
 * reached, does not answer, breaks off, or answers what it must not (a hostile key may have taken
 * it over). The sentence then says what to do.
 */
enum cs_err cs_u2f_host_ask(const char *socket_path, const struct cs_u2f_host_request *request,
                            int64_t deadline, int cancel_fd, struct cs_u2f_host_answer *ret_answer,
                            struct cs_error *error) CS_MUST_USE;

#endif
