/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's own socket, if systemd does not pass one. */
#ifndef CS_BROKER_LISTEN_H
#define CS_BROKER_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

enum { CS_SOCKET_PATH_SIZE = 256 }; /* more than any socket's */

/* Binds and listens: SOCK_SEQPACKET or another type; mode 0600, or 0666 with `unprivileged`; who is
 * served is decided by uid. Replaces a socket that nobody answers any more, never that of a running
 * broker. Call it as root, so that root owns the socket. */
enum cs_err cs_listen(const char *path, int type, bool unprivileged, int *ret_fd,
                      struct cs_error *error) CS_MUST_USE;

#endif
