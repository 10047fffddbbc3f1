/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's own socket, when systemd does not hand one over. */
#ifndef CS_BROKER_LISTEN_H
#define CS_BROKER_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

/* Binds and listens: mode 0600, or 0666 with `unprivileged`. A socket that nobody answers any more
 * is replaced; a living broker's is not. Call it as root, so that the socket is root's. */
enum cs_err cs_listen(const char *path, bool unprivileged, int *ret_fd,
                      struct cs_error *error) CS_MUST_USE;

#endif
