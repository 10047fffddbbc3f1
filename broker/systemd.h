/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's protocols: sockets handed over (sd_listen_fds(3)) and readiness (sd_notify(3)). */
#ifndef CS_BROKER_SYSTEMD_H
#define CS_BROKER_SYSTEMD_H

#include "base/error.h"

/* What the broker reads of its environment, once; everything is removed from it afterwards. */
struct cs_systemd {
    int listen_fd;           /* -1: none was handed over */
    char notify_socket[108]; /* "" : nobody waits */
    char key_path[256];      /* the credential "store.key" (LoadCredential=), or "" */
};

enum cs_err cs_systemd_read(struct cs_systemd *ret_systemd, struct cs_error *error) CS_MUST_USE;

/* Sends a state such as "READY=1"; nothing when nobody waits. */
void cs_systemd_notify(const struct cs_systemd *systemd, const char *state);

#endif
