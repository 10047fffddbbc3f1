/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/stack.h"
#include "conversation/channel.h"
#include "wire/codec.h"
#include "wire/messages.h"
#include "wire/transport.h"

enum cs_err cs_wire_channel_send(struct cs_wire_channel *wire, unsigned type, const void *message,
                                 struct cs_error *error)
{
    enum cs_err result = cs_outbox_add(&wire->outbox, type, wire->version, message, error);

    return result == CS_OK ? cs_outbox_send(&wire->outbox, wire->socket, wire->deadline, error)
                           : result;
}

void cs_wire_channel_clear(struct cs_wire_channel *wire)
{
    cs_outbox_clear(&wire->outbox);
}

/* Somebody else who got hold of the connection is not who was asked. */
static enum cs_err check_sender(const struct cs_wire_channel *wire, const struct cs_sender *sender,
                                struct cs_error *error)
{
    if (wire->only.pid == 0 || (sender->pid == wire->only.pid && sender->uid == wire->only.uid))
        return CS_OK;
    return cs_fail(error, CS_ERR_STRANGER,
                   "an answer came from process %d of uid %u, and process %d of uid %u was asked",
                   (int)sender->pid, (unsigned)sender->uid, (int)wire->only.pid,
                   (unsigned)wire->only.uid);
}

static enum cs_err receive(struct cs_wire_channel *wire, unsigned type, void *ret_message,
                           struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_sender sender = {0};
    enum cs_err result =
        cs_recv_packet_from(wire->socket, wire->deadline, &packet, NULL, &sender, error);

    if (result == CS_OK)
        result = check_sender(wire, &sender, error);
    return result == CS_OK ? cs_decode(&packet, type, wire->version, ret_message, error) : result;
}

/* Sends one message and waits for its answer. */
static enum cs_err call(struct cs_wire_channel *wire, unsigned ask, const void *question,
                        unsigned reply, void *ret_answer, struct cs_error *error)
{
    enum cs_err result = cs_wire_channel_send(wire, ask, question, error);

    if (result != CS_OK)
        return result;
    if (ask == CS_MSG_ROUND && wire->meanwhile != NULL) {
        wire->meanwhile(wire->context);
        wire->meanwhile = NULL;
    }
    return receive(wire, reply, ret_answer, error);
}

static enum cs_err wire_exchange(struct cs_channel *channel, const struct cs_round *round,
                                 struct cs_answers *ret_answers, struct cs_error *error)
{
    enum cs_err result = call((struct cs_wire_channel *)channel, CS_MSG_ROUND, round,
                              CS_MSG_ANSWERS, ret_answers, error);

    return result == CS_OK && ret_answers->refused != 0
               ? cs_fail(error, CS_ERR_CANNOT_ASK, "the application shows no %s",
                         round->count == 0        ? "text"
                         : round->prompts[0].echo ? "prompt for visible input"
                                                  : "prompt for hidden input")
               : result;
}

/* The peer sends nothing while it waits, so any message, like the end of the connection, ends the
 * wait. */
static enum cs_err wire_wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    struct cs_wire_channel *wire = (struct cs_wire_channel *)channel;
    struct pollfd entry = {.fd = wire->socket, .events = POLLIN};

    cs_stack_give_back();
    for (;;) {
        int ready = poll(&entry, 1, cs_clock_left(until));

        if (ready == 0)
            return CS_OK;
        if (ready > 0)
            return cs_fail(error, CS_ERR_HANGUP, "the other end closed the connection");
        if (errno != EINTR)
            return cs_fail_errno(error, "poll");
    }
}

static enum cs_err wire_authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                                struct cs_error *error)
{
    struct cs_authtok authtok = {0};
    enum cs_err result = call((struct cs_wire_channel *)channel, CS_MSG_AUTHTOK_ASK, &authtok,
                              CS_MSG_AUTHTOK, &authtok, error);

    if (result == CS_OK)
        *ret_authtok = authtok.value;
    else
        cs_secret_free(&authtok.value);
    return result;
}

static const struct cs_channel_ops wire_ops = {wire_exchange, wire_wait, wire_authtok};

void cs_wire_channel_init(struct cs_wire_channel *channel, int socket, uint32_t version,
                          int64_t deadline)
{
    *channel = (struct cs_wire_channel){
        .channel.ops = &wire_ops, .socket = socket, .version = version, .deadline = deadline};
}
