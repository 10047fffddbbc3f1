/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's protocols: socket passing (sd_listen_fds(3)) and readiness (sd_notify(3)). */
#ifndef CS_BROKER_SYSTEMD_H
#define CS_BROKER_SYSTEMD_H

#include "base/error.h"

/* What the broker reads from its environment, once; the environment is then cleared. */
struct cs_systemd {
    int listen_fd;           /* -1: none was passed */
    char notify_socket[108]; /* "": nobody is waiting */
    char key_path[256];      /* the credential "store.key" (LoadCredential=), or "" */
};

enum cs_err cs_systemd_read(struct cs_systemd *ret_systemd, struct cs_error *error) CS_MUST_USE;

/* Sends a state such as "READY=1"; does nothing if nobody is waiting. */
void cs_systemd_notify(const struct cs_systemd *systemd, const char *state);

#endif
