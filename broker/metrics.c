/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/metrics.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "broker/listen.h"

enum { STACK_BYTES = 256 * 1024, REQUEST_BYTES_MAX = 4096, PEER_MS = 2000, PAUSE_MS = 100 };

#define CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* ---- one request ---- */

/* False at the deadline, or when the peer is gone. */
static bool await(int socket, short events, int64_t deadline)
{
    struct pollfd entry = {.fd = socket, .events = events};
    int ready;

    do
        ready = poll(&entry, 1, cs_clock_left(deadline));
    while (ready < 0 && errno == EINTR);
    return ready == 1;
}

/* Reads up to the blank line that ends the head (RFC 9112, section 2.1); whatever follows is not
 * read. */
static bool read_head(int socket, int64_t deadline, char head[REQUEST_BYTES_MAX + 1])
{
    size_t length = 0;

    head[0] = '\0';
    while (strstr(head, "\r\n\r\n") == NULL) {
        ssize_t got;

        if (length == REQUEST_BYTES_MAX || !await(socket, POLLIN, deadline))
            return false;
        got = recv(socket, head + length, REQUEST_BYTES_MAX - length, MSG_DONTWAIT);
        if (got <= 0)
            return false;
        length += (size_t)got;
        head[length] = '\0';
    }
    return true;
}

static void send_all(int socket, int64_t deadline, const char *text, size_t length)
{
    while (length > 0 && await(socket, POLLOUT, deadline)) {
        ssize_t sent = send(socket, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return;
        text += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
    }
}

static void answer(int socket, int64_t deadline, const char *status, const char *type,
                   const struct cs_buffer *body)
{
    char head[256];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                          "Connection: close\r\n\r\n",
                          status, type, body->length);

    send_all(socket, deadline, head, (size_t)length);
    send_all(socket, deadline, body->text != NULL ? body->text : "", body->length);
}

static void print(struct cs_metrics_server *server, struct cs_buffer *out)
{
    struct cs_metrics_now now = {0};

    cs_engine_measures(server->engine, &now.store);
    cs_mailer_count(cs_engine_mailer(server->engine), &now.mails);
    cs_limits_count(server->limits, &now.running, &now.refused);
    cs_metrics_print(cs_engine_metrics(server->engine), &now, out);
}

static void serve(struct cs_metrics_server *server, int socket)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer body = {0};
    int64_t deadline = cs_clock_ms() + PEER_MS;
    char head[REQUEST_BYTES_MAX + 1];

    if (!read_head(socket, deadline, head))
        return;
    if (strncmp(head, "GET ", 4) != 0) {
        answer(socket, deadline, "405 Method Not Allowed\r\nAllow: GET", "text/plain", &body);
    } else if (strncmp(head, "GET /metrics ", 13) != 0) {
        answer(socket, deadline, "404 Not Found", "text/plain", &body);
    } else {
        print(server, &body);
        if (!body.failed)
            answer(socket, deadline, "200 OK", CONTENT_TYPE, &body);
    }
}

/* ---- the thread ---- */

static void *work(void *argument)
{
    struct cs_metrics_server *server = argument;
    struct pollfd entries[] = {{.fd = server->listen_fd, .events = POLLIN},
                               {.fd = server->signal_fd, .events = POLLIN}};

    for (;;) {
        int ready = poll(entries, CS_ARRAY_SIZE(entries), -1);
        CS_AUTO(cs_fd_close) int socket = -1;

        if (ready < 0 && errno != EINTR)
            break;
        if (ready > 0 && entries[1].revents != 0)
            break;
        if (ready <= 0)
            continue;
        socket = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket >= 0)
            serve(server, socket);
        else if (errno != EAGAIN && errno != ECONNABORTED)
            (void)poll(NULL, 0, PAUSE_MS); /* descriptors ran out */
    }
    return NULL;
}

enum cs_err cs_metrics_server_start(struct cs_metrics_server *server, const char *path,
                                    struct cs_error *error)
{
    pthread_attr_t attributes;
    enum cs_err result = cs_listen(path, SOCK_STREAM, true, &server->listen_fd, error);

    if (result != CS_OK)
        return result;
    if (pthread_attr_init(&attributes) != 0)
        return cs_fail_nomem(error);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    errno = pthread_create(&server->thread, &attributes, work, server);
    pthread_attr_destroy(&attributes);
    if (errno == 0)
        return CS_OK;
    cs_fd_close(&server->listen_fd);
    return cs_fail(error, CS_ERR_SYSTEM, "cannot start a thread for metrics");
}

void cs_metrics_server_end(struct cs_metrics_server *server)
{
    if (server->listen_fd < 0)
        return;
    (void)pthread_join(server->thread, NULL);
    cs_fd_close(&server->listen_fd);
}
