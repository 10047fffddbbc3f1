/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/session.h"

#include <poll.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/file.h"
#include "wire/codec.h"
#include "wire/transport.h"

enum {
    REQUEST_MS = 2000, /* a peer that has sent no request by then is dropped */
    VERDICT_MS = 2000,
};

/* The highest version that both ends speak, or 0. */
static uint32_t choose_version(const struct cs_hello *hello)
{
    uint32_t newest = hello->newest < CS_WIRE_VERSION ? hello->newest : CS_WIRE_VERSION;

    return newest >= hello->oldest && newest >= CS_WIRE_VERSION_OLDEST ? newest : 0;
}

/* Discards the request that came with the greeting in a version that was not chosen; the module
 * sends it again. */
static enum cs_err drop_request(int socket, int64_t deadline, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    CS_AUTO(cs_fd_close) int attached = -1;
    enum cs_err result = cs_recv_packet(socket, deadline, &packet, &attached, error);

    if (result == CS_OK && cs_packet_type(&packet) != CS_MSG_REQUEST)
        result = cs_fail(error, CS_ERR_PROTOCOL, "message %u came where a request belongs",
                         cs_packet_type(&packet));
    return result;
}

/* What has been agreed with the peer. */
struct greeting {
    uint32_t version;
    struct cs_sender sender; /* of the greeting */
    bool welcome_due; /* sent with the acceptance, so that the peer wakes up once, not twice */
};

static enum cs_err send_welcome(int socket, uint32_t version, int64_t deadline,
                                struct cs_error *error)
{
    const struct cs_welcome welcome = {version};

    return cs_send_message(socket, CS_MSG_WELCOME, 1, &welcome, -1, deadline, error);
}

static bool has_packet(int socket)
{
    struct pollfd entry = {.fd = socket, .events = POLLIN};

    return poll(&entry, 1, 0) == 1;
}

static enum cs_err greet(int socket, int64_t deadline, struct greeting *ret_greeting,
                         struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_hello hello = {0};
    enum cs_err result =
        cs_recv_packet_from(socket, deadline, &packet, NULL, &ret_greeting->sender, error);

    if (result == CS_OK)
        result = cs_decode(&packet, CS_MSG_HELLO, 1, &hello, error);
    if (result != CS_OK)
        return result;
    ret_greeting->version = choose_version(&hello);
    if (ret_greeting->version == 0)
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "the module speaks protocol %u to %u, this broker %d to %d; "
                       "bring both to the same release",
                       (unsigned)hello.oldest, (unsigned)hello.newest, CS_WIRE_VERSION_OLDEST,
                       CS_WIRE_VERSION);
    ret_greeting->welcome_due = ret_greeting->version == hello.newest && has_packet(socket);
    if (ret_greeting->welcome_due)
        return CS_OK;
    result = send_welcome(socket, ret_greeting->version, deadline, error);
    if (result == CS_OK && ret_greeting->version != hello.newest)
        result = drop_request(socket, deadline, error);
    return result;
}

static bool is_from(const struct cs_sender *sender, const struct cs_peer *peer)
{
    return peer->pid != 0 && sender->pid == peer->pid && sender->uid == peer->uid;
}

/* `countersign self` is for whoever connected, by the uid alone: no message names the account, and
 * none counts that another process has sent. */
static enum cs_err check_self(const struct cs_request *request, const struct greeting *greeting,
                              const struct cs_sender *sender, const struct cs_peer *peer,
                              struct cs_error *error)
{
    if (!is_from(&greeting->sender, peer) || !is_from(sender, peer))
        return cs_fail(
            error, CS_ERR_STRANGER,
            "process %d of uid %u asks for 'countersign self' on a connection of process "
            "%d",
            (int)sender->pid, (unsigned)sender->uid, (int)peer->pid);
    if (request->user[0] != '\0')
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "'countersign self' names an account, which only its uid may do");
    if (request->self_act == CS_SELF_NONE || request->self_act >= CS_SELF_ACTS)
        return cs_fail(error, CS_ERR_PROTOCOL, "'countersign self' is to do something unknown");
    return CS_OK;
}

/* What of the request is for whom. */
static enum cs_err check_phase(const struct cs_request *request, const struct greeting *greeting,
                               const struct cs_sender *sender, const struct cs_peer *peer,
                               struct cs_error *error)
{
    if (request->phase >= CS_PHASES)
        return cs_fail(error, CS_ERR_PROTOCOL, "the request is for an unknown phase");
    if (request->phase == CS_PHASE_SELF)
        return check_self(request, greeting, sender, peer, error);
    if (peer->self_only)
        return cs_fail(error, CS_ERR_TRUST,
                       "neither allow_unprivileged nor allow_service_accounts covers it");
    return CS_OK;
}

static enum cs_err receive_request(int socket, const struct greeting *greeting,
                                   const struct cs_peer *peer, int64_t deadline,
                                   struct cs_request *ret_request, int *ret_config_fd,
                                   struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_sender sender = {0};
    enum cs_err result =
        cs_recv_packet_from(socket, deadline, &packet, ret_config_fd, &sender, error);

    if (result == CS_OK)
        result = cs_decode(&packet, CS_MSG_REQUEST, greeting->version, ret_request, error);
    if (result != CS_OK)
        return result;
    if (((ret_request->flags & CS_REQUEST_CONFIG_FILE) != 0) != (*ret_config_fd >= 0))
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "the request and the descriptor sent with it do not agree");
    ret_request->config_fd = *ret_config_fd;
    return check_phase(ret_request, greeting, &sender, peer, error);
}

/* If the first prompt comes at once, sends the acceptance with it; otherwise on its own, because
 * the peer does not wait long for it. */
static enum cs_err accept_login(struct cs_wire_channel *channel, const struct greeting *greeting,
                                uint32_t deadline_ms, bool asks_at_once, struct cs_error *error)
{
    const struct cs_welcome welcome = {greeting->version};
    const struct cs_accepted accepted = {deadline_ms};
    enum cs_err result = CS_OK;

    if (greeting->welcome_due)
        result = cs_outbox_add(&channel->outbox, CS_MSG_WELCOME, 1, &welcome, error);
    if (result == CS_OK)
        result =
            cs_outbox_add(&channel->outbox, CS_MSG_ACCEPTED, greeting->version, &accepted, error);
    return result == CS_OK && !asks_at_once
               ? cs_outbox_send(&channel->outbox, channel->socket, channel->deadline, error)
               : result;
}

void cs_session_refused(struct cs_limits *limits, const struct cs_log *log,
                        const struct cs_peer *peer, int priority, const char *why)
{
    unsigned more = 0;

    if (!cs_limits_tell(limits, peer->uid, cs_clock_ms(), &more))
        return;
    if (more == 0)
        cs_log(log, priority, "peer uid %u dropped: %s", (unsigned)peer->uid, why);
    else
        cs_log(log, priority, "peer uid %u dropped: %s (and %u times since this was last said)",
               (unsigned)peer->uid, why, more);
}

static enum cs_err talk(struct cs_login *login, int socket, const struct greeting *greeting,
                        struct cs_error *error)
{
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    CS_AUTO(cs_wire_channel_clear) struct cs_wire_channel channel = {0};
    uint32_t deadline_ms = cs_login_lasts_ms(login);
    enum cs_err result;

    cs_wire_channel_init(&channel, socket, greeting->version, login->started + deadline_ms);
    if (login->request->phase == CS_PHASE_SELF)
        channel.only = (struct cs_sender){login->peer.pid, login->peer.uid};
    result = accept_login(&channel, greeting, deadline_ms, cs_login_asks_at_once(login), error);
    if (result != CS_OK)
        return result;
    login->cancel_fd = socket;
    channel.meanwhile = cs_login_look_ahead;
    channel.context = login;
    cs_login_run(login, &channel.channel, &verdict);
    channel.deadline = cs_clock_ms() + VERDICT_MS;
    return cs_wire_channel_send(&channel, CS_MSG_VERDICT, &verdict, error);
}

static enum cs_err run_login(struct cs_engine *engine, struct cs_limits *limits, int socket,
                             const struct greeting *greeting, struct cs_request *request,
                             const struct cs_peer *peer, struct cs_error *error)
{
    CS_AUTO(cs_login_clear) struct cs_login login = {0};
    struct cs_claim claim;
    enum cs_err result;

    cs_login_prepare(&login, engine, request, peer);
    if (limits == NULL)
        return talk(&login, socket, greeting, error);
    claim = (struct cs_claim){.asker = login.here && peer->uid == 0 ? login.client : NULL,
                              .has_key = cs_login_has_key(&login)};
    if (!cs_limits_claim(limits, &claim)) {
        cs_session_refused(limits, cs_engine_log(engine), peer, LOG_ERR,
                           "whoever asks has a quarter of max_logins, or only what is kept for "
                           "logins with a key is left");
        return CS_OK;
    }
    result = talk(&login, socket, greeting, error);
    cs_limits_release(limits, &claim);
    return result;
}

/* A module is told each time; others can ask as often as they like. */
static void complain(struct cs_engine *engine, struct cs_limits *limits, const struct cs_peer *peer,
                     const struct cs_error *error)
{
    int priority = error->code == CS_ERR_HANGUP ? LOG_DEBUG : LOG_WARNING;

    if (peer->uid != 0 && limits != NULL)
        cs_session_refused(limits, cs_engine_log(engine), peer, priority, error->text);
    else
        cs_log(cs_engine_log(engine), priority, "peer uid %u dropped: %s", (unsigned)peer->uid,
               error->text);
}

void cs_session_serve(struct cs_engine *engine, struct cs_limits *limits, int socket,
                      const struct cs_peer *peer)
{
    CS_AUTO(cs_request_clear) struct cs_request request = {.config_fd = -1};
    CS_AUTO(cs_fd_close) int config_fd = -1;
    int64_t deadline = cs_clock_ms() + REQUEST_MS;
    struct greeting greeting = {0};
    struct cs_error error = {0};
    enum cs_err result = greet(socket, deadline, &greeting, &error);

    if (result == CS_OK)
        result = receive_request(socket, &greeting, peer, deadline, &request, &config_fd, &error);
    if (result == CS_OK)
        result = run_login(engine, limits, socket, &greeting, &request, peer, &error);
    if (result != CS_OK)
        complain(engine, limits, peer, &error);
}
