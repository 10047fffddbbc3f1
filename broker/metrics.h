/* SPDX-License-Identifier: Apache-2.0 */
/* Answers with metrics: HTTP/1.1 on a socket of this machine, one thread, one request at a time. */
#ifndef CS_BROKER_METRICS_H
#define CS_BROKER_METRICS_H

#include <pthread.h>

#include "broker/limits.h"
#include "login/engine.h"

struct cs_metrics_server {
    struct cs_engine *engine;
    struct cs_limits *limits;
    int signal_fd; /* the server's: it ends the thread */

    /* private */
    int listen_fd; /* -1: nobody is answered */
    pthread_t thread;
};

/* Listens at `path` and starts the thread; the engine measures already. */
enum cs_err cs_metrics_server_start(struct cs_metrics_server *server, const char *path,
                                    struct cs_error *error) CS_MUST_USE;

/* After the signal: waits for the thread, 2 s at most, and closes the socket. Does nothing if it
 * was not started. */
void cs_metrics_server_end(struct cs_metrics_server *server);

#endif
