#include "broker/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <syslog.h>

#include "base/file.h"
#include "broker/session.h"

enum {
    STACK_BYTES = 256 * 1024,
    STOP_MS = 5000, /* for logins that run when the broker is asked to stop */
    PAUSE_MS = 100, /* when descriptors or threads ran out */
};

struct connection {
    struct cs_server *server;
    int socket;
    struct cs_peer peer;
};

static void *serve(void *argument)
{
    struct connection *connection = argument;

    cs_session_serve(connection->server->engine, connection->socket, &connection->peer);
    cs_fd_close(&connection->socket);
    cs_limits_leave(connection->server->limits, connection->peer.uid);
    free(connection);
    return NULL;
}

static bool start_thread(struct connection *connection)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bool started;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    started = pthread_create(&thread, &attributes, serve, connection) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

/* The peer as the kernel knows it; a connection without that is no connection. */
static bool identify_peer(int socket, struct cs_peer *ret_peer)
{
    struct ucred credentials;
    socklen_t size = sizeof credentials;

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return false;
    ret_peer->uid = credentials.uid;
    return true;
}

static void admit(struct cs_server *server, int accepted)
{
    CS_AUTO(cs_fd_close) int socket = accepted;
    const struct cs_log *log = cs_engine_log(server->engine);
    struct connection *connection;
    struct cs_peer peer;

    if (!identify_peer(socket, &peer) || (peer.uid != 0 && !server->allow_unprivileged))
        return;
    if (!cs_limits_enter(server->limits, peer.uid)) {
        cs_log(log, peer.uid == 0 ? LOG_ERR : LOG_INFO,
               "peer uid %u dropped: as many logins run as max_logins or max_unprivileged allow",
               (unsigned)peer.uid);
        return;
    }
    connection = malloc(sizeof *connection);
    if (connection != NULL)
        *connection = (struct connection){server, socket, peer};
    if (connection == NULL || !start_thread(connection)) {
        cs_log(log, LOG_ERR, "peer uid %u dropped: no thread for it", (unsigned)peer.uid);
        cs_limits_leave(server->limits, peer.uid);
        free(connection);
        return;
    }
    socket = -1; /* the thread's now */
}

/* Takes what waits. Running out of descriptors is no reason to end, but to wait for logins to. */
static enum cs_err accept_waiting(struct cs_server *server, struct cs_error *error)
{
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0) {
        admit(server, fd);
        return CS_OK;
    }
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        cs_log(cs_engine_log(server->engine), LOG_ERR,
               "connections wait: no descriptors or memory; raise LimitNOFILE or lower max_logins");
        (void)poll(NULL, 0, PAUSE_MS);
        return CS_OK;
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
        return CS_OK;
    default:
        return cs_fail_errno(error, "accept");
    }
}

enum cs_err cs_server_run(struct cs_server *server, bool *ret_idle, struct cs_error *error)
{
    struct pollfd entries[] = {{.fd = server->listen_fd, .events = POLLIN},
                               {.fd = server->signal_fd, .events = POLLIN}};

    for (;;) {
        enum cs_err result = CS_OK;

        if (poll(entries, CS_ARRAY_SIZE(entries), -1) < 0 && errno != EINTR)
            return cs_fail_errno(error, "poll");
        if (entries[1].revents != 0)
            break;
        if (entries[0].revents != 0)
            result = accept_waiting(server, error);
        if (result != CS_OK)
            return result;
    }
    cs_fd_close(&server->listen_fd);
    *ret_idle = cs_limits_wait_idle(server->limits, STOP_MS);
    return CS_OK;
}
