/* SPDX-License-Identifier: Apache-2.0 */
/* Packets over an AF_UNIX SOCK_SEQPACKET socket, with deadlines (cs_clock_ms). */
#ifndef CS_WIRE_TRANSPORT_H
#define CS_WIRE_TRANSPORT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/secret.h"

/* Sends one packet, with the descriptor `attached` unless it is -1. Never raises SIGPIPE. */
enum cs_err cs_send_packet(int socket, const struct cs_secret *packet, int attached,
                           int64_t deadline, struct cs_error *error) CS_MUST_USE;

/*
 * Waits for one packet. CS_ERR_HANGUP if the peer closed, CS_ERR_TIMEOUT at the deadline. A
 * descriptor sent with it goes to *ret_attached (the caller's; -1 for none). If that is NULL, or
 * more than one came, the packet is refused and they are closed.
 */
enum cs_err cs_recv_packet(int socket, int64_t deadline, struct cs_secret *ret_packet,
                           int *ret_attached, struct cs_error *error) CS_MUST_USE;

/* Who sent a packet, as the kernel knows it; pid 0: it does not say. */
struct cs_sender {
    pid_t pid;
    uid_t uid; /* the real one */
};

/* The same, and says who sent it. The kernel tells only where SO_PASSCRED was set on the socket, or
 * on the one that it came from, before the packet was sent. */
enum cs_err cs_recv_packet_from(int socket, int64_t deadline, struct cs_secret *ret_packet,
                                int *ret_attached, struct cs_sender *ret_sender,
                                struct cs_error *error) CS_MUST_USE;

/* Encode and send a message; receive and decode the message that must come next. For the types see
 * codec.h. */
enum cs_err cs_send_message(int socket, unsigned type, uint32_t version, const void *message,
                            int attached, int64_t deadline, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_recv_message(int socket, unsigned type, uint32_t version, void *ret_message,
                            int64_t deadline, struct cs_error *error) CS_MUST_USE;

enum { CS_OUTBOX_MAX = 4 };

/* Encoded messages that are sent together in one system call, so that the peer wakes up once. */
struct cs_outbox {
    struct cs_secret packets[CS_OUTBOX_MAX];
    size_t count;
};

/* CS_ERR_LIMIT if CS_OUTBOX_MAX messages are waiting already. */
enum cs_err cs_outbox_add(struct cs_outbox *outbox, unsigned type, uint32_t version,
                          const void *message, struct cs_error *error) CS_MUST_USE;

/* Sends the waiting messages in order. */
enum cs_err cs_outbox_send(struct cs_outbox *outbox, int socket, int64_t deadline,
                           struct cs_error *error) CS_MUST_USE;

void cs_outbox_clear(struct cs_outbox *outbox);

#endif
