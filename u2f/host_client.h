/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's end of countersign-u2f-host, which alone touches the security keys of this machine.
 */
#ifndef CS_U2F_HOST_CLIENT_H
#define CS_U2F_HOST_CLIENT_H

#include "u2f/host_message.h"

/* Whether there is a socket of that name. NULL: there is none. */
bool cs_u2f_host_exists(const char *socket_path);

/*
 * Connects to the helper's socket, sends the request and waits for its answer: as long as the
 * request allows and a few seconds more, never past `deadline` (cs_clock_ms), or until `cancel_fd`
 * (-1 for none) is readable or closed, which ends the helper's wait too.
 *
 * `ret_answer->result` is the helper's own word, and the error of u2f/touch.h that it names is
 * returned with a sentence for the person. It is CS_OK where the helper gave none. Then the error
 * is CS_ERR_CANCELLED for `cancel_fd`, and CS_ERR_UNAVAILABLE where the helper fails: it cannot be
 * connected to, does not answer, breaks off, or answers what it should not, as one can that a
 * hostile key took over. Its sentence says what to do about that.
 */
enum cs_err cs_u2f_host_ask(const char *socket_path, const struct cs_u2f_host_request *request,
                            int64_t deadline, int cancel_fd, struct cs_u2f_host_answer *ret_answer,
                            struct cs_error *error) CS_MUST_USE;

#endif
