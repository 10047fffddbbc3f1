#include "u2f/host_client.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "wire/connect.h"
#include "wire/transport.h"

enum {
    CONNECT_MS = 5000,
    /* A key that does not answer holds the helper up for about 8 s, twice where it is asked again;
     * after that it is stuck. */
    PATIENCE_MS = 20000,
};

/* What the person reads. Never the helper's own words: a hostile key may have written them. */
static const struct {
    enum cs_err result;
    const char *text;
} sentences[] = {
    {CS_ERR_NOT_FOUND, "no security key is plugged in"},
    {CS_ERR_INPUT, "none of the security keys that are plugged in can be used for this"},
    {CS_ERR_TIMEOUT, "the security key was not touched in time"},
    {CS_ERR_UNAVAILABLE, "the security key was pulled out or does not answer"},
    {CS_ERR_CANCELLED, "nobody waits for the security key any more"},
};

static enum cs_err explain(enum cs_err result, struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(sentences); i++) {
        if (sentences[i].result == result)
            return cs_fail(error, result, "%s", sentences[i].text);
    }
    return CS_OK;
}

bool cs_u2f_host_exists(const char *socket_path)
{
    return socket_path != NULL && access(socket_path, F_OK) == 0;
}

static enum cs_err connect_helper(const char *path, int64_t deadline, int *ret_socket,
                                  struct cs_error *error)
{
    int64_t soon = cs_clock_ms() + CONNECT_MS;
    enum cs_err result =
        cs_connect_broker(path, soon < deadline ? soon : deadline, ret_socket, error);

    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: countersign-u2f-host does not run; enable its socket", path);
    return result;
}

static enum cs_err wait_for_answer(int socket, int cancel_fd, int64_t deadline,
                                   struct cs_error *error)
{
    struct pollfd entries[] = {{.fd = socket, .events = POLLIN},
                               {.fd = cancel_fd, .events = POLLIN}};

    for (;;) {
        int ready = poll(entries, CS_ARRAY_SIZE(entries), cs_clock_left(deadline));

        if (ready == 0)
            return cs_fail(error, CS_ERR_UNAVAILABLE, "countersign-u2f-host does not answer");
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return cs_fail_errno(error, "poll");
        return entries[0].revents ? CS_OK : explain(CS_ERR_CANCELLED, error);
    }
}

enum cs_err cs_u2f_host_ask(const char *socket_path, const struct cs_u2f_host_request *request,
                            int64_t deadline, int cancel_fd, struct cs_u2f_host_answer *ret_answer,
                            struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret question = {0}, answer = {0};
    CS_AUTO(cs_fd_close) int socket = -1;
    int64_t patience = cs_clock_ms() + request->milliseconds + PATIENCE_MS;
    enum cs_err result = cs_u2f_host_write_request(request, &question, error);

    if (patience < deadline)
        deadline = patience;
    if (result == CS_OK)
        result = connect_helper(socket_path, deadline, &socket, error);
    if (result == CS_OK)
        result = cs_send_packet(socket, &question, -1, deadline, error);
    if (result == CS_OK)
        result = wait_for_answer(socket, cancel_fd, deadline, error);
    if (result == CS_OK)
        result = cs_recv_packet(socket, deadline, &answer, NULL, error);
    if (result == CS_ERR_HANGUP)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "countersign-u2f-host broke off");
    if (result == CS_OK)
        result = cs_u2f_host_read_answer(&answer, request->purpose, request->handle_count,
                                         ret_answer, error);
    return result == CS_OK ? explain(ret_answer->result, error) : result;
}
