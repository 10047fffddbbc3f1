/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: greeting, request, login, verdict. */
#ifndef CS_BROKER_SESSION_H
#define CS_BROKER_SESSION_H

#include "login/login.h"

/* Serves the peer on `socket` until the verdict or a hang-up. The caller keeps the socket. */
void cs_session_serve(struct cs_engine *engine, int socket, const struct cs_peer *peer);

#endif
