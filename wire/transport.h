/* SPDX-License-Identifier: Apache-2.0 */
/* Packets over an AF_UNIX SOCK_SEQPACKET socket, with deadlines (cs_clock_ms). */
#ifndef CS_WIRE_TRANSPORT_H
#define CS_WIRE_TRANSPORT_H

#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/* Sends one packet, with a descriptor beside it unless `attached` is -1. Never raises SIGPIPE. */
enum cs_err cs_send_packet(int socket, const struct cs_secret *packet, int attached,
                           int64_t deadline, struct cs_error *error) CS_MUST_USE;

/*
 * Waits for one packet. CS_ERR_HANGUP when the peer closed, CS_ERR_TIMEOUT at the deadline. A
 * descriptor beside it goes to *ret_attached (the caller's; -1 for none); where that is NULL, or
 * more than one came, the packet is refused and they are closed.
 */
enum cs_err cs_recv_packet(int socket, int64_t deadline, struct cs_secret *ret_packet,
                           int *ret_attached, struct cs_error *error) CS_MUST_USE;

/* Encodes and sends; decodes what must come next. Shapes as in codec.h. */
enum cs_err cs_send_message(int socket, unsigned type, uint32_t version, const void *message,
                            int attached, int64_t deadline, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_recv_message(int socket, unsigned type, uint32_t version, void *ret_message,
                            int64_t deadline, struct cs_error *error) CS_MUST_USE;

enum { CS_OUTBOX_MAX = 4 };

/* Encoded messages that leave together, in one system call: the peer wakes up once for all. */
struct cs_outbox {
    struct cs_secret packets[CS_OUTBOX_MAX];
    size_t count;
};

/* CS_ERR_LIMIT when CS_OUTBOX_MAX wait already. */
enum cs_err cs_outbox_add(struct cs_outbox *outbox, unsigned type, uint32_t version,
                          const void *message, struct cs_error *error) CS_MUST_USE;

/* Sends what waits, in order. */
enum cs_err cs_outbox_send(struct cs_outbox *outbox, int socket, int64_t deadline,
                           struct cs_error *error) CS_MUST_USE;

void cs_outbox_clear(struct cs_outbox *outbox);

#endif
