/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/server.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"
#include "base/stack.h"
#include "broker/session.h"

enum {
    STACK_BYTES = 256 * 1024,
    IDLE_MAX = 32,  /* idle workers to keep; further ones end after their login */
    STOP_MS = 5000, /* grace period for running logins when the broker is asked to stop */
    PAUSE_MS = 100, /* pause if descriptors ran out */
    /* When half of so many workers have left, free memory is given back: once, when those that are
     * about to leave as well have had time to. */
    CROWD = 64,
    SETTLE_MS = 1000,
};

/* ---- one connection ---- */

/* Gets the peer as the kernel knows it; a connection without one is dropped. */
static bool identify_peer(const struct cs_server *server, int socket, struct cs_peer *ret_peer)
{
    struct ucred credentials;
    socklen_t size = sizeof credentials;

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return false;
    *ret_peer = (struct cs_peer){
        .uid = credentials.uid,
        .pid = credentials.pid,
        .service_account = cs_service_accounts_have(&server->service_accounts, credentials.uid)};
    ret_peer->self_only =
        credentials.uid != 0 && !ret_peer->service_account && !server->allow_unprivileged;
    return true;
}

static bool is_served(const struct cs_server *server, const struct cs_peer *peer)
{
    return !peer->self_only || server->self_service;
}

static void serve(struct cs_server *server, int socket)
{
    const struct cs_log *log = cs_engine_log(server->engine);
    struct cs_peer peer;

    if (!identify_peer(server, socket, &peer))
        return;
    if (!is_served(server, &peer)) {
        cs_session_refused(server->limits, log, &peer, LOG_INFO,
                           "neither allow_unprivileged nor allow_service_accounts covers it");
        return;
    }
    if (!cs_limits_enter(server->limits, peer.uid)) {
        cs_session_refused(server->limits, log, &peer, peer.uid == 0 ? LOG_ERR : LOG_INFO,
                           "max_logins or max_unprivileged logins are already running");
        return;
    }
    cs_session_serve(server->engine, server->limits, socket, &peer);
    cs_limits_leave(server->limits, peer.uid);
}

/* ---- workers ---- */

static void *work(void *argument);

struct worker {
    struct cs_server *server;
    int wait_fd; /* its own epoll, so that a connection wakes one waiting worker, not all */
};

static void free_worker(struct worker **worker)
{
    if (*worker != NULL)
        cs_fd_close(&(*worker)->wait_fd);
    free(*worker);
}

static struct worker *new_worker(struct cs_server *server)
{
    struct epoll_event connection = {.events = EPOLLIN | EPOLLEXCLUSIVE,
                                     .data.fd = server->listen_fd};
    struct epoll_event signal = {.events = EPOLLIN, .data.fd = server->signal_fd};
    struct worker *worker = malloc(sizeof *worker);

    if (worker == NULL)
        return NULL;
    *worker = (struct worker){server, epoll_create1(EPOLL_CLOEXEC)};
    if (worker->wait_fd < 0 ||
        epoll_ctl(worker->wait_fd, EPOLL_CTL_ADD, connection.data.fd, &connection) != 0 ||
        epoll_ctl(worker->wait_fd, EPOLL_CTL_ADD, signal.data.fd, &signal) != 0)
        free_worker(&worker);
    return worker;
}

/* Starts a worker, which counts as idle at once. Called with the mutex held. */
static bool start_worker(struct cs_server *server)
{
    CS_AUTO(free_worker) struct worker *worker = new_worker(server);
    pthread_attr_t attributes;
    pthread_t thread;
    bool started;

    if (worker == NULL || pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    started = pthread_create(&thread, &attributes, work, worker) == 0;
    pthread_attr_destroy(&attributes);
    if (started)
        worker = NULL; /* now owned by the thread */
    server->workers += started;
    server->idle += started;
    if (server->workers > server->crowd)
        server->crowd = server->workers;
    return started;
}

/* This worker got a connection. The last idle one starts another, so that one is always waiting; if
 * that fails, connections wait until a login ends. */
static void leave_idle(struct cs_server *server)
{
    bool alone;

    pthread_mutex_lock(&server->mutex);
    alone = --server->idle == 0 && !start_worker(server);
    pthread_mutex_unlock(&server->mutex);
    if (alone)
        cs_log(cs_engine_log(server->engine), LOG_ERR,
               "cannot start a thread for further logins: they wait until one ends");
}

/* Back from a connection: false if enough others are waiting. */
static bool enter_idle(struct cs_server *server)
{
    bool stay;

    pthread_mutex_lock(&server->mutex);
    stay = server->idle < IDLE_MAX;
    server->idle += stay;
    pthread_mutex_unlock(&server->mutex);
    return stay;
}

static void end_worker(struct cs_server *server, bool was_idle)
{
    pthread_mutex_lock(&server->mutex);
    server->idle -= was_idle;
    if (--server->workers == 0)
        pthread_cond_signal(&server->ended);
    if (server->crowd >= CROWD && server->workers <= server->crowd / 2) {
        server->crowd = server->workers;
        cs_event_set(server->fallen_fd);
    }
    pthread_mutex_unlock(&server->mutex);
}

/* Waits for a connection; -1 if there is none after all (another worker took it, or descriptors ran
 * out). Sets *ret_stop if the broker is to end. */
static int next_connection(const struct worker *worker, bool *ret_stop)
{
    const struct cs_server *server = worker->server;
    struct epoll_event event;
    int fd;

    if (epoll_wait(worker->wait_fd, &event, 1, -1) != 1)
        return -1;
    *ret_stop = event.data.fd == server->signal_fd;
    if (*ret_stop)
        return -1;
    fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
        cs_log(cs_engine_log(server->engine), LOG_ERR,
               "connections are waiting: no descriptors or memory left; raise LimitNOFILE or lower "
               "max_logins");
        (void)poll(NULL, 0, PAUSE_MS);
    }
    return fd;
}

static void *work(void *argument)
{
    CS_AUTO(free_worker) struct worker *worker = argument;
    struct cs_server *server = worker->server;
    bool stop = false, idle = true;

    while (!stop && idle) {
        int socket = next_connection(worker, &stop);

        if (socket < 0)
            continue;
        leave_idle(server);
        serve(server, socket);
        cs_fd_close(&socket);
        idle = enter_idle(server);
    }
    end_worker(server, idle);
    cs_stack_give_back(); /* the C library keeps the stacks of threads that have ended */
    return NULL;
}

/* ---- start and end ---- */

static void init_counts(struct cs_server *server)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&server->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->ended, &attributes);
    pthread_condattr_destroy(&attributes);
}

static bool start_first(struct cs_server *server)
{
    bool started;

    pthread_mutex_lock(&server->mutex);
    started = start_worker(server);
    pthread_mutex_unlock(&server->mutex);
    return started;
}

/* Idle workers end by themselves at the signal; running logins get STOP_MS. */
static bool wait_for_workers(struct cs_server *server)
{
    struct timespec until;
    bool idle;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += STOP_MS / 1000;
    pthread_mutex_lock(&server->mutex);
    while (server->workers > 0 &&
           pthread_cond_timedwait(&server->ended, &server->mutex, &until) == 0)
        continue;
    idle = server->workers == 0;
    pthread_mutex_unlock(&server->mutex);
    return idle;
}

/* Waits for a signal, and meanwhile gives memory back: free() keeps what lies below anything that
 * is still used. */
static enum cs_err await_signal(struct cs_server *server, struct cs_error *error)
{
    struct pollfd fds[] = {{.fd = server->signal_fd, .events = POLLIN},
                           {.fd = server->fallen_fd, .events = POLLIN}};
    bool fallen = false;

    for (;;) {
        int ready = poll(fds, fallen ? 1 : 2, fallen ? SETTLE_MS : -1);

        if (ready < 0 && errno != EINTR)
            return cs_fail_errno(error, "poll");
        if (ready > 0 && fds[0].revents != 0)
            return CS_OK;
        if (ready == 0)
            (void)malloc_trim(0);
        else if (ready > 0)
            cs_event_take(server->fallen_fd);
        if (ready >= 0)
            fallen = ready > 0;
    }
}

enum cs_err cs_server_run(struct cs_server *server, bool *ret_idle, struct cs_error *error)
{
    enum cs_err result;

    init_counts(server);
    /* Connections inherit it, so that nothing comes in before the kernel says from whom. */
    if (setsockopt(server->listen_fd, SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int)) != 0)
        return cs_fail_errno(error, "SO_PASSCRED");
    server->fallen_fd = cs_event_new();
    if (server->fallen_fd < 0)
        return cs_fail_errno(error, "eventfd");
    if (!start_first(server))
        return cs_fail(error, CS_ERR_SYSTEM, "cannot start a thread");
    server->meanwhile(server->engine);
    result = await_signal(server, error);
    if (result != CS_OK)
        return result;
    *ret_idle = wait_for_workers(server);
    if (*ret_idle)
        cs_fd_close(&server->listen_fd);
    return CS_OK;
}
