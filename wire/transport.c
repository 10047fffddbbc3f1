/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/transport.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/file.h"
#include "wire/codec.h"

enum { ATTACHED_MAX = 4 };

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * ATTACHED_MAX) + CMSG_SPACE(sizeof(struct ucred))];
};

/* More cannot come: without a sender in it, there is more room for them. */
enum { FOUND_MAX = sizeof(union control) / sizeof(int) };

/* Waits until the socket is ready; CS_ERR_TIMEOUT at the deadline. */
static enum cs_err wait_ready(int socket, short events, int64_t deadline, struct cs_error *error)
{
    struct pollfd entry = {.fd = socket, .events = events};

    for (;;) {
        int ready = poll(&entry, 1, cs_clock_left(deadline));

        if (ready > 0)
            return CS_OK;
        if (ready == 0)
            return cs_fail(error, CS_ERR_TIMEOUT, "the other end did not answer in time");
        if (errno != EINTR)
            return cs_fail_errno(error, "poll");
    }
}

static void attach(struct msghdr *header, union control *control, int attached)
{
    struct cmsghdr *entry;

    memset(control, 0, sizeof *control);
    header->msg_control = control->space;
    header->msg_controllen = CMSG_SPACE(sizeof attached);
    entry = CMSG_FIRSTHDR(header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(sizeof attached);
    memcpy(CMSG_DATA(entry), &attached, sizeof attached);
}

enum cs_err cs_send_packet(int socket, const struct cs_secret *packet, int attached,
                           int64_t deadline, struct cs_error *error)
{
    union control control;
    struct iovec part = {packet->data, packet->length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

    if (attached >= 0)
        attach(&header, &control, attached);
    for (;;) {
        enum cs_err result;

        if (sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
            return CS_OK;
        if (errno == EINTR)
            continue;
        if (errno == EPIPE || errno == ECONNRESET)
            return cs_fail(error, CS_ERR_HANGUP, "the other end closed the connection");
        if (errno != EAGAIN)
            return cs_fail_errno(error, "sendmsg");
        result = wait_ready(socket, POLLOUT, deadline, error);
        if (result != CS_OK)
            return result;
    }
}

/* Takes the descriptors out of a received header. More than one means a broken peer; all are
 * closed. */
static enum cs_err take_attached(struct msghdr *header, int *ret_attached, struct cs_error *error)
{
    int found[FOUND_MAX], count = 0;
    struct cmsghdr *entry;

    for (entry = CMSG_FIRSTHDR(header); entry != NULL; entry = CMSG_NXTHDR(header, entry)) {
        size_t bytes = entry->cmsg_len - CMSG_LEN(0);

        if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < bytes / sizeof(int) && count < FOUND_MAX; i++, count++)
            memcpy(&found[count], CMSG_DATA(entry) + i * sizeof(int), sizeof(int));
    }
    if (count == 1 && ret_attached != NULL && (header->msg_flags & MSG_CTRUNC) == 0) {
        *ret_attached = found[0];
        return CS_OK;
    }
    for (int i = 0; i < count; i++)
        cs_fd_close(&found[i]);
    if (count > 0 || (header->msg_flags & MSG_CTRUNC) != 0)
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "the other end sent descriptors that were not expected");
    return CS_OK;
}

static struct cs_sender take_sender(struct msghdr *header)
{
    struct ucred found;

    for (struct cmsghdr *entry = CMSG_FIRSTHDR(header); entry != NULL;
         entry = CMSG_NXTHDR(header, entry)) {
        if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_CREDENTIALS)
            continue;
        memcpy(&found, CMSG_DATA(entry), sizeof found);
        return (struct cs_sender){found.pid, found.uid};
    }
    return (struct cs_sender){0, (uid_t)-1};
}

static enum cs_err fail_receive(struct cs_error *error)
{
    return errno == ECONNRESET
               ? cs_fail(error, CS_ERR_HANGUP, "the other end closed the connection")
               : cs_fail_errno(error, "recvmsg");
}

/* The room that the next packet needs, at most that of the largest message; 0 for the end of the
 * connection, too. Waits for it until the deadline. */
static enum cs_err await_packet(int socket, int64_t deadline, size_t *ret_size,
                                struct cs_error *error)
{
    for (;;) {
        struct msghdr nothing = {0};
        ssize_t size = recvmsg(socket, &nothing, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        enum cs_err result = CS_OK;

        if (size >= 0) {
            *ret_size = size < CS_MESSAGE_BYTES_MAX ? (size_t)size : CS_MESSAGE_BYTES_MAX;
            return CS_OK;
        }
        if (errno == EAGAIN)
            result = wait_ready(socket, POLLIN, deadline, error);
        else if (errno != EINTR)
            return fail_receive(error);
        if (result != CS_OK)
            return result;
    }
}

/* Receives once into a packet with room for `size` bytes. One of the largest message's size would
 * cost more than all else that a login does: each malloc of it takes pages and gives them back. */
static enum cs_err receive(int socket, size_t size, struct cs_secret *packet, int *ret_attached,
                           struct cs_sender *ret_sender, struct cs_error *error)
{
    union control control;
    struct iovec part = {packet->data, size};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.space,
                            .msg_controllen = sizeof control.space};
    ssize_t got;
    enum cs_err result;

    do
        got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail_receive(error);
    if (ret_sender != NULL)
        *ret_sender = take_sender(&header);
    packet->length = (size_t)got;
    packet->data[got] = '\0';
    /* An empty packet looks like the end of the connection, but may carry descriptors. */
    result = take_attached(&header, got > 0 ? ret_attached : NULL, error);
    if (result == CS_OK && got == 0)
        result = cs_fail(error, CS_ERR_HANGUP, "the other end closed the connection");
    if (result == CS_OK && (header.msg_flags & MSG_TRUNC) != 0)
        result = cs_fail(error, CS_ERR_PROTOCOL, "a message is longer than %d bytes",
                         CS_MESSAGE_BYTES_MAX);
    return result;
}

enum cs_err cs_recv_packet_from(int socket, int64_t deadline, struct cs_secret *ret_packet,
                                int *ret_attached, struct cs_sender *ret_sender,
                                struct cs_error *error)
{
    size_t size = 0;
    enum cs_err result = await_packet(socket, deadline, &size, error);

    if (ret_attached != NULL)
        *ret_attached = -1;
    if (result != CS_OK)
        return result;
    cs_secret_free(ret_packet);
    ret_packet->data = malloc(size + 1);
    return ret_packet->data != NULL
               ? receive(socket, size, ret_packet, ret_attached, ret_sender, error)
               : cs_fail_nomem(error);
}

enum cs_err cs_recv_packet(int socket, int64_t deadline, struct cs_secret *ret_packet,
                           int *ret_attached, struct cs_error *error)
{
    return cs_recv_packet_from(socket, deadline, ret_packet, ret_attached, NULL, error);
}

enum cs_err cs_send_message(int socket, unsigned type, uint32_t version, const void *message,
                            int attached, int64_t deadline, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    enum cs_err result = cs_encode(type, version, message, &packet, error);

    return result == CS_OK ? cs_send_packet(socket, &packet, attached, deadline, error) : result;
}

enum cs_err cs_recv_message(int socket, unsigned type, uint32_t version, void *ret_message,
                            int64_t deadline, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    enum cs_err result = cs_recv_packet(socket, deadline, &packet, NULL, error);

    return result == CS_OK ? cs_decode(&packet, type, version, ret_message, error) : result;
}

enum cs_err cs_outbox_add(struct cs_outbox *outbox, unsigned type, uint32_t version,
                          const void *message, struct cs_error *error)
{
    enum cs_err result;

    if (outbox->count == CS_OUTBOX_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "more than %d messages are waiting", CS_OUTBOX_MAX);
    result = cs_encode(type, version, message, &outbox->packets[outbox->count], error);
    outbox->count += result == CS_OK;
    return result;
}

/* Sends as many as the socket takes at once; returns 0 if it was full. */
static enum cs_err send_some(struct cs_outbox *outbox, size_t first, int socket, size_t *ret_sent,
                             struct cs_error *error)
{
    struct mmsghdr headers[CS_OUTBOX_MAX] = {0};
    struct iovec parts[CS_OUTBOX_MAX];
    int sent;

    for (size_t i = first; i < outbox->count; i++) {
        parts[i] = (struct iovec){outbox->packets[i].data, outbox->packets[i].length};
        headers[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    sent = sendmmsg(socket, &headers[first], (unsigned)(outbox->count - first),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    *ret_sent = sent > 0 ? (size_t)sent : 0;
    if (sent >= 0 || errno == EINTR || errno == EAGAIN)
        return CS_OK;
    if (errno == EPIPE || errno == ECONNRESET)
        return cs_fail(error, CS_ERR_HANGUP, "the other end closed the connection");
    return cs_fail_errno(error, "sendmmsg");
}

enum cs_err cs_outbox_send(struct cs_outbox *outbox, int socket, int64_t deadline,
                           struct cs_error *error)
{
    size_t done = 0;
    enum cs_err result = CS_OK;

    while (done < outbox->count && result == CS_OK) {
        size_t sent = 0;

        result = send_some(outbox, done, socket, &sent, error);
        done += sent;
        if (result == CS_OK && sent == 0)
            result = wait_ready(socket, POLLOUT, deadline, error);
    }
    cs_outbox_clear(outbox);
    return result;
}

void cs_outbox_clear(struct cs_outbox *outbox)
{
    for (size_t i = 0; i < outbox->count; i++)
        cs_secret_free(&outbox->packets[i]);
    outbox->count = 0;
}
