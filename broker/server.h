/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepts connections until a signal. One thread serves a login from connection to verdict; a few
 * idle ones wait for the next connection, because handing it from thread to thread costs more than
 * a login's own work.
 */
#ifndef CS_BROKER_SERVER_H
#define CS_BROKER_SERVER_H

#include <pthread.h>
#include <stdbool.h>

#include "broker/limits.h"
#include "login/engine.h"
#include "login/service_accounts.h"

struct cs_server {
    struct cs_engine *engine;
    struct cs_limits *limits;
    int listen_fd;
    int signal_fd; /* signalfd of SIGTERM and SIGINT; never read, so that it wakes every thread */
    bool allow_unprivileged;
    bool self_service; /* for somebody, at least: who, each session sees */
    struct cs_service_accounts service_accounts;

    /* Called once logins are served, on the thread that has nothing else to do until the end. */
    void (*meanwhile)(struct cs_engine *engine);

    /* private to cs_server_run */
    pthread_mutex_t mutex; /* guards the two counts */
    pthread_cond_t ended;  /* signalled when the last worker ends */
    unsigned workers, idle;
    unsigned crowd; /* most workers since free memory was last given back */
    int fallen_fd;  /* eventfd, set when half of a crowd has left */
};

/* Returns after a signal, when the running logins have ended or their few seconds are over;
 * *ret_idle is true if they have ended. */
enum cs_err cs_server_run(struct cs_server *server, bool *ret_idle,
                          struct cs_error *error) CS_MUST_USE;

#endif
