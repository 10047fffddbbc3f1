/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: greeting, request, login, verdict. */
#ifndef CS_BROKER_SESSION_H
#define CS_BROKER_SESSION_H

#include "broker/limits.h"
#include "login/login.h"

/* Serves the peer on `socket` until the verdict or a hang-up. The caller keeps the socket. `limits`
 * is NULL for the one login of a stand-alone session. */
void cs_session_serve(struct cs_engine *engine, struct cs_limits *limits, int socket,
                      const struct cs_peer *peer);

/* Logs why a peer is dropped, in one line for each uid and minute. */
void cs_session_refused(struct cs_limits *limits, const struct cs_log *log,
                        const struct cs_peer *peer, int priority, const char *why);

#endif
