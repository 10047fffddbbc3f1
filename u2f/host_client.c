/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/host_client.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "u2f/pin.h"
#include "u2f/touch.h"
#include "wire/connect.h"
#include "wire/transport.h"

enum {
    CONNECT_MS = 5000,
    /* A key that does not answer holds up the helper for about 8 s. That can happen once in a look,
     * or twice while waiting for a touch (the key may be asked again); after that the helper is
     * stuck. */
    LOOK_PATIENCE_MS = CS_U2F_LOOK_MS + 9000,
    PATIENCE_MS = 20000,
};

/* What the person reads: never the helper's own words, which a hostile key may have written. */
static const struct {
    enum cs_err result;
    const char *text;
} sentences[] = {
    {CS_ERR_NOT_FOUND, "no security key is plugged in, or none that countersign-u2f-host may open"},
    {CS_ERR_INPUT, "none of the security keys that are plugged in is enrolled"},
    {CS_ERR_TIMEOUT, "the security key was not touched in time"},
    {CS_ERR_UNAVAILABLE, "the security key was pulled out or does not answer"},
    {CS_ERR_CANCELLED, "nobody is waiting for the security key any more"},
    {CS_ERR_CANNOT_ASK, "the security key demands its PIN"},
    {CS_ERR_RESTING,
     "the security key takes no PIN until it is pulled out and plugged in again: too "
     "many were wrong"},
    {CS_ERR_LIMIT, "the security key is blocked: its PIN was wrong too often; only a reset, which "
                   "erases it, makes it usable again"},
    {CS_ERR_SPARED, "the security key takes only a few more wrong PINs, and no PIN is sent to it "
                    "here any more: use the right one once elsewhere, as in a browser, or with "
                    "fido2-token"},
    {CS_ERR_STALE,
     "the security key wants its PIN changed first; change it with a browser or 'fido2-token -C'"},
    {CS_ERR_UNSUPPORTED, "the security key has its U2F switched off, and this request is for U2F; "
                         "make one without --u2f-only"},
};

static enum cs_err explain(enum cs_u2f_purpose purpose, enum cs_err result, struct cs_error *error)
{
    if (purpose == CS_U2F_REGISTER && result == CS_ERR_INPUT)
        return cs_fail(error, result, "every security key that is plugged in is enrolled already");
    if (result == CS_ERR_CONFIG)
        return cs_fail(error, result,
                       "a PIN or a fingerprint is demanded, and the security key has neither, or "
                       "speaks U2F only: " CS_U2F_PIN_REMEDY ", then %s again",
                       purpose == CS_U2F_REGISTER ? "register" : "log in");
    for (size_t i = 0; i < CS_ARRAY_SIZE(sentences); i++) {
        if (sentences[i].result == result)
            return cs_fail(error, result, "%s", sentences[i].text);
    }
    return CS_OK;
}

/* The helper cannot be used now. The log to read is its unit's, where systemd too writes why it
 * could not start it. */
static enum cs_err fails(const struct cs_error *why, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_UNAVAILABLE,
                   "countersign-u2f-host: %s; see journalctl -u 'countersign-u2f-host*'",
                   why->text);
}

bool cs_u2f_host_exists(const char *socket_path)
{
    return socket_path != NULL && access(socket_path, F_OK) == 0;
}

static bool is_cancelled(int cancel_fd)
{
    struct pollfd entry = {.fd = cancel_fd, .events = POLLIN};

    return poll(&entry, 1, 0) > 0;
}

static enum cs_err connect_helper(const char *path, int64_t deadline, int *ret_socket,
                                  struct cs_error *error)
{
    int64_t soon = cs_clock_ms() + CONNECT_MS;
    struct cs_error why = {0};
    enum cs_err result =
        cs_connect_broker(path, soon < deadline ? soon : deadline, ret_socket, &why);

    if (result == CS_OK)
        return CS_OK;
    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: countersign-u2f-host is not running; enable its socket", path);
    return cs_fail(error, CS_ERR_UNAVAILABLE, "countersign-u2f-host cannot be used: %s", why.text);
}

static enum cs_err wait_for_answer(int socket, int cancel_fd, int64_t deadline,
                                   struct cs_error *error)
{
    struct pollfd entries[] = {{.fd = socket, .events = POLLIN},
                               {.fd = cancel_fd, .events = POLLIN}};

    for (;;) {
        int ready = poll(entries, CS_ARRAY_SIZE(entries), cs_clock_left(deadline));

        if (ready == 0)
            return cs_fail(error, CS_ERR_TIMEOUT, "does not answer");
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return cs_fail_errno(error, "poll");
        return entries[0].revents ? CS_OK : CS_ERR_CANCELLED;
    }
}

/* Sends one request and reads its answer; any failure here is the helper's. */
static enum cs_err converse(int socket, const struct cs_u2f_host_request *request,
                            const struct cs_secret *question, int64_t deadline, int cancel_fd,
                            struct cs_u2f_host_answer *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    enum cs_err result = cs_send_packet(socket, question, -1, deadline, error);

    if (result == CS_OK)
        result = wait_for_answer(socket, cancel_fd, deadline, error);
    if (result == CS_OK)
        result = cs_recv_packet(socket, deadline, &answer, NULL, error);
    if (result == CS_ERR_HANGUP)
        return cs_fail(error, result, "broke off");
    if (result == CS_OK)
        result = cs_u2f_host_read_answer(&answer, request->purpose, request->handle_count,
                                         ret_answer, error);
    if (result != CS_OK || ret_answer->result != CS_ERR_CANCELLED || is_cancelled(cancel_fd))
        return result;
    *ret_answer = (struct cs_u2f_host_answer){0};
    return cs_fail(error, CS_ERR_PROTOCOL, "says that nobody is waiting for it any more");
}

enum cs_err cs_u2f_host_ask(const char *socket_path, const struct cs_u2f_host_request *request,
                            int64_t deadline, int cancel_fd, struct cs_u2f_host_answer *ret_answer,
                            struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret question = {0};
    CS_AUTO(cs_fd_close) int socket = -1;
    int64_t patience =
        cs_clock_ms() +
        (request->milliseconds == 0 ? LOOK_PATIENCE_MS : request->milliseconds + PATIENCE_MS);
    struct cs_error why = {0};
    enum cs_err result = cs_u2f_host_write_request(request, &question, error);

    *ret_answer = (struct cs_u2f_host_answer){0};
    if (patience < deadline)
        deadline = patience;
    if (result == CS_OK)
        result = connect_helper(socket_path, deadline, &socket, error);
    if (result != CS_OK)
        return result;
    result = converse(socket, request, &question, deadline, cancel_fd, ret_answer, &why);
    if (result == CS_OK || result == CS_ERR_CANCELLED)
        return explain(request->purpose, result == CS_OK ? ret_answer->result : result, error);
    return result == CS_ERR_NOMEM ? cs_fail_nomem(error) : fails(&why, error);
}
