/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/hid.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"

enum {
    MSG = 0x83,
    INIT = 0x86,
    KEEPALIVE = 0xbb, /* from CTAP 2, but some keys send it here too */
    FAILED = 0xbf,
    FIRST_HEAD = 7, /* channel, command, length */
    NEXT_HEAD = 5,  /* channel, sequence */
    NONCE = 8,
    INIT_REPLY = 17,
    CAPABILITIES = 16, /* its last byte */
    SEQUENCE_MAX = 0x80,
    CHANNEL_BUSY = 6, /* an error: another program is using the key */
    BUSY_PAUSE_MS = 100,
};

static const uint32_t BROADCAST = 0xffffffff;

static enum cs_err send_packet(int fd, const unsigned char *packet, struct cs_error *error)
{
    unsigned char report[1 + CS_U2F_HID_PACKET] = {0}; /* after the report number */
    ssize_t sent;

    memcpy(report + 1, packet, CS_U2F_HID_PACKET);
    do
        sent = write(fd, report, sizeof report);
    while (sent < 0 && errno == EINTR);
    if (sent != (ssize_t)sizeof report)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "cannot write to the security key");
    return CS_OK;
}

static enum cs_err send_message(const struct cs_u2f_hid *hid, unsigned char command,
                                const unsigned char *data, size_t length, struct cs_error *error)
{
    unsigned char packet[CS_U2F_HID_PACKET] = {0};
    size_t sent = 0, head = FIRST_HEAD;
    enum cs_err result;

    packet[4] = command;
    packet[5] = (unsigned char)(length >> 8);
    packet[6] = (unsigned char)length;
    for (unsigned char sequence = 0; sequence < SEQUENCE_MAX; sequence++) {
        size_t part = length - sent;

        memcpy(packet, &hid->channel, sizeof hid->channel);
        if (part > sizeof packet - head)
            part = sizeof packet - head;
        memcpy(packet + head, data + sent, part);
        result = send_packet(hid->fd, packet, error);
        sent += part;
        if (result != CS_OK || sent == length)
            return result;
        memset(packet, 0, sizeof packet);
        packet[4] = sequence;
        head = NEXT_HEAD;
    }
    return cs_fail(error, CS_ERR_LIMIT, "a message to the security key is too long");
}

/* Reads the next packet of our channel. */
static enum cs_err receive_packet(const struct cs_u2f_hid *hid, unsigned char *ret_packet,
                                  int64_t deadline, struct cs_error *error)
{
    struct pollfd entry = {.fd = hid->fd, .events = POLLIN};
    uint32_t channel;

    for (;;) {
        int ready = poll(&entry, 1, cs_clock_left(deadline));
        ssize_t got;

        if (ready == 0)
            return cs_fail(error, CS_ERR_TIMEOUT, "the security key did not answer in time");
        if (ready < 0 && errno == EINTR)
            continue;
        got = read(hid->fd, ret_packet, CS_U2F_HID_PACKET);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got != CS_U2F_HID_PACKET)
            return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key was pulled out");
        memcpy(&channel, ret_packet, sizeof channel);
        if (channel == hid->channel)
            return CS_OK;
    }
}

/* CS_ERR_TIMEOUT before the deadline means: see ask_again. */
static enum cs_err receive_first(const struct cs_u2f_hid *hid, unsigned char command,
                                 unsigned char *ret_packet, int64_t deadline,
                                 struct cs_error *error)
{
    enum cs_err result;

    do
        result = receive_packet(hid, ret_packet, deadline, error);
    while (result == CS_OK && ret_packet[4] == KEEPALIVE);
    if (result == CS_OK && ret_packet[4] == FAILED && ret_packet[FIRST_HEAD] == CHANNEL_BUSY)
        return cs_fail(error, CS_ERR_TIMEOUT, "another program is using the security key");
    if (result == CS_OK && ret_packet[4] == FAILED)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key reports error %u",
                       ret_packet[FIRST_HEAD]);
    if (result == CS_OK && ret_packet[4] != command)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key answered a different command");
    return result;
}

static enum cs_err receive_message(const struct cs_u2f_hid *hid, unsigned char command,
                                   unsigned char *ret_data, size_t *ret_length, int64_t deadline,
                                   struct cs_error *error)
{
    unsigned char packet[CS_U2F_HID_PACKET];
    enum cs_err result = receive_first(hid, command, packet, deadline, error);
    size_t head = FIRST_HEAD, length, have = 0;
    unsigned char sequence = 0;

    if (result != CS_OK)
        return result;
    length = (size_t)packet[5] << 8 | packet[6];
    if (length > *ret_length)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key answered with %zu bytes",
                       length);
    for (;;) {
        size_t part = length - have < sizeof packet - head ? length - have : sizeof packet - head;

        memcpy(ret_data + have, packet + head, part);
        have += part;
        if (have == length)
            break;
        result = receive_packet(hid, packet, deadline, error);
        if (result != CS_OK)
            return result;
        if (packet[4] != sequence++)
            return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key answered out of order");
        head = NEXT_HEAD;
    }
    *ret_length = length;
    return CS_OK;
}

/* Whether the key was busy with another program; if so, pauses, after which it may be free. */
static bool ask_again(enum cs_err result, int64_t deadline)
{
    int left = cs_clock_left(deadline);

    if (result != CS_ERR_TIMEOUT || left == 0)
        return false;
    (void)poll(NULL, 0, left < BUSY_PAUSE_MS ? left : BUSY_PAUSE_MS);
    return true;
}

static enum cs_err ask_for_channel(struct cs_u2f_hid *hid, const unsigned char nonce[NONCE],
                                   int64_t deadline, struct cs_error *error)
{
    unsigned char reply[CS_U2F_HID_PACKET];
    enum cs_err result = send_message(hid, INIT, nonce, NONCE, error);

    /* Answers to other programs that ask at the same moment arrive here too. */
    while (result == CS_OK) {
        size_t length = sizeof reply;

        result = receive_message(hid, INIT, reply, &length, deadline, error);
        if (result == CS_OK && length >= INIT_REPLY && cs_equal_ct(reply, nonce, NONCE)) {
            memcpy(&hid->channel, reply + NONCE, sizeof hid->channel);
            hid->capabilities = reply[CAPABILITIES];
            return CS_OK;
        }
    }
    return result;
}

enum cs_err cs_u2f_hid_init(struct cs_u2f_hid *hid, int fd, int64_t deadline,
                            struct cs_error *error)
{
    unsigned char nonce[NONCE];
    enum cs_err result;

    *hid = (struct cs_u2f_hid){.fd = fd, .channel = BROADCAST};
    if (getrandom(nonce, sizeof nonce, 0) != (ssize_t)sizeof nonce)
        return cs_fail_errno(error, "getrandom");
    do
        result = ask_for_channel(hid, nonce, deadline, error);
    while (ask_again(result, deadline));
    return result;
}

enum cs_err cs_u2f_hid_exchange(const struct cs_u2f_hid *hid, const unsigned char *apdu,
                                size_t length, unsigned char *ret_reply, size_t *ret_length,
                                int64_t deadline, struct cs_error *error)
{
    enum cs_err result;

    do {
        result = send_message(hid, MSG, apdu, length, error);
        if (result == CS_OK)
            result = receive_message(hid, MSG, ret_reply, ret_length, deadline, error);
    } while (ask_again(result, deadline));
    return result;
}
