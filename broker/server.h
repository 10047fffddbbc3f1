/* Accepting connections, a thread for each, until a signal ends it. */
#ifndef CS_BROKER_SERVER_H
#define CS_BROKER_SERVER_H

#include <stdbool.h>

#include "broker/limits.h"
#include "login/engine.h"

struct cs_server {
    struct cs_engine *engine;
    struct cs_limits *limits;
    int listen_fd;
    int signal_fd; /* signalfd of SIGTERM and SIGINT */
    bool allow_unprivileged;
};

/* Returns after a signal, when the running logins have ended or were given a few seconds; *ret_idle
 * tells which. */
enum cs_err cs_server_run(struct cs_server *server, bool *ret_idle,
                          struct cs_error *error) CS_MUST_USE;

#endif
