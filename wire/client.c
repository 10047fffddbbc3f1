/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/client.h"

#include "base/clock.h"
#include "base/file.h"
#include "wire/codec.h"
#include "wire/connect.h"
#include "wire/transport.h"

enum {
    START_MS = 10000, /* for connecting and for the broker to accept the request */
    GRACE_MS = 5000,  /* allowed past the broker's own deadline before it counts as stuck */
};

struct session {
    const struct cs_client *client;
    int socket;
    uint32_t version;
    bool asks; /* whether the broker may ask anything */
    int64_t deadline;
};

static enum cs_err reach(const struct cs_client *client, struct cs_request *request,
                         int64_t deadline, int *ret_socket, struct cs_error *error)
{
    enum cs_err result = CS_ERR_NOT_FOUND;

    if (client->mode != CS_CLIENT_STANDALONE)
        result = cs_connect_broker(client->socket_path, deadline, ret_socket, error);
    if (result != CS_ERR_NOT_FOUND)
        return result;
    if (client->mode == CS_CLIENT_REQUIRE_BROKER)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: no broker is running and require_broker is set; "
                       "run 'systemctl start countersignd.socket'",
                       client->socket_path);
    request->flags |= CS_REQUEST_STANDALONE;
    return cs_start_standalone(ret_socket, error);
}

static enum cs_err send_request(struct session *session, const struct cs_request *request,
                                struct cs_error *error)
{
    return cs_send_message(session->socket, CS_MSG_REQUEST, session->version, request,
                           request->config_fd, session->deadline, error);
}

/* Sends the request with the greeting, in the newest version, which saves a round trip: both
 * ends are usually of the same release. A broker that chose an older version has dropped that
 * request. */
static enum cs_err greet(struct session *session, const struct cs_request *request,
                         struct cs_error *error)
{
    const struct cs_hello hello = {CS_WIRE_VERSION_OLDEST, CS_WIRE_VERSION};
    struct cs_welcome welcome = {0};
    enum cs_err result;

    session->version = hello.newest;
    result =
        cs_send_message(session->socket, CS_MSG_HELLO, 1, &hello, -1, session->deadline, error);
    if (result == CS_OK)
        result = send_request(session, request, error);
    if (result == CS_OK)
        result =
            cs_recv_message(session->socket, CS_MSG_WELCOME, 1, &welcome, session->deadline, error);
    if (result != CS_OK)
        return result;
    if (welcome.version < hello.oldest || welcome.version > hello.newest)
        return cs_fail(error, CS_ERR_PROTOCOL, "the broker chose version %u, which was not offered",
                       (unsigned)welcome.version);
    if (welcome.version < CS_WIRE_SELF && request->phase == CS_PHASE_SELF)
        return cs_fail(
            error, CS_ERR_PROTOCOL,
            "the broker that is running is of an earlier release and knows no "
            "'countersign self'; an administrator runs 'systemctl restart countersignd'");
    if (welcome.version == session->version)
        return CS_OK;
    session->version = welcome.version;
    return send_request(session, request, error);
}

static enum cs_err await_acceptance(struct session *session, struct cs_error *error)
{
    struct cs_accepted accepted = {0};
    enum cs_err result = cs_recv_message(session->socket, CS_MSG_ACCEPTED, session->version,
                                         &accepted, session->deadline, error);

    if (result == CS_OK)
        session->deadline = cs_clock_ms() + accepted.deadline_ms + GRACE_MS;
    return result;
}

/* An undeliverable answer is not yet a failure: the broker may have sent the verdict (its deadline
 * passed while the person was typing), which the next receive will find. */
static enum cs_err reply(struct session *session, unsigned type, const void *message,
                         struct cs_error *error)
{
    enum cs_err result = cs_send_message(session->socket, type, session->version, message, -1,
                                         session->deadline, error);

    return result == CS_ERR_HANGUP ? CS_OK : result;
}

static enum cs_err handle_round(struct session *session, const struct cs_secret *packet,
                                struct cs_error *error)
{
    CS_AUTO(cs_round_clear) struct cs_round round = {0};
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};
    enum cs_err result = cs_decode(packet, CS_MSG_ROUND, session->version, &round, error);

    if (result != CS_OK)
        return result;
    result = session->client->exchange(session->client->context, &round, &answers, error);
    if (result == CS_ERR_CANNOT_ASK && session->version >= CS_WIRE_REFUSALS) {
        cs_answers_clear(&answers);
        answers.refused = 1;
        cs_ignore(reply(session, CS_MSG_ANSWERS, &answers, NULL)); /* only the log is poorer */
    }
    if (result != CS_OK)
        return CS_ERR_CANCELLED;
    return reply(session, CS_MSG_ANSWERS, &answers, error);
}

static enum cs_err handle_authtok(struct session *session, const struct cs_secret *packet,
                                  struct cs_error *error)
{
    struct cs_authtok authtok = {0};
    enum cs_err result = cs_decode(packet, CS_MSG_AUTHTOK_ASK, session->version, &authtok, error);

    if (result == CS_OK)
        result = session->client->authtok(session->client->context, &authtok.value);
    if (result == CS_OK)
        result = reply(session, CS_MSG_AUTHTOK, &authtok, error);
    cs_secret_free(&authtok.value);
    return result;
}

/* Handles the broker's next message; sets *ret_done if it was the verdict. */
static enum cs_err step(struct session *session, struct cs_verdict_message *ret_verdict,
                        bool *ret_done, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    enum cs_err result = cs_recv_packet(session->socket, session->deadline, &packet, NULL, error);

    if (result != CS_OK)
        return result;
    if (!session->asks && cs_packet_type(&packet) != CS_MSG_VERDICT)
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "message %u came in the account phase, in which nothing is asked",
                       cs_packet_type(&packet));
    switch (cs_packet_type(&packet)) {
    case CS_MSG_ROUND:
        return handle_round(session, &packet, error);
    case CS_MSG_AUTHTOK_ASK:
        return handle_authtok(session, &packet, error);
    default:
        *ret_done = true;
        return cs_decode(&packet, CS_MSG_VERDICT, session->version, ret_verdict, error);
    }
}

enum cs_err cs_client_login(const struct cs_client *client, struct cs_request *request,
                            struct cs_verdict_message *ret_verdict, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int socket = -1;
    struct session session = {.client = client,
                              .asks = request->phase != CS_PHASE_ACCOUNT,
                              .deadline = cs_clock_ms() + START_MS};
    bool done = false;
    enum cs_err result = reach(client, request, session.deadline, &socket, error);

    session.socket = socket;
    if (result == CS_OK)
        result = greet(&session, request, error);
    if (result == CS_OK)
        result = await_acceptance(&session, error);
    while (result == CS_OK && !done)
        result = step(&session, ret_verdict, &done, error);
    return result;
}
