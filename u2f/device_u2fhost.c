/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses libu2f-host 1.1.10 only to carry APDUs. Its own requests overflow buffers on long replies,
 * handles and texts, cannot be cancelled, and report success without a response, so none of them is
 * called; u2fh_sendrecv has none of these faults. Its remaining limitations:
 *
 *  - it waits 2, 4, ... 4096 ms for each packet, 8 s in all, so a call ends within seconds;
 *  - it writes whole packets: up to 58 bytes beyond the length that it checked against the buffer;
 *  - it never reuses the numbers of keys, so they have gaps;
 *  - a late reply would be taken for the next one. Discovery pings each key; after a late reply the
 *    ping fails and discovery reopens the key.
 */
#include <stdlib.h>
#include <string.h>
#include <u2f-host.h>

#include "u2f/device.h"
#include "u2f/message.h"
#include "u2f/refused.h"

enum {
    MSG = 0x83,      /* U2FHID_MSG */
    PACKET = 64,     /* of the HID protocol */
    INDEX_MAX = 256, /* most devices discovered in one run of the program */
    ROOM = CS_U2F_REPLY_ROOM + PACKET,
};

struct cs_u2f_transport {
    u2fh_devs *devices;
    unsigned index[CS_U2F_KEYS_MAX];
    unsigned count;
};

static void close_keys(struct cs_u2f_transport *transport)
{
    if (transport == NULL)
        return;
    u2fh_devs_done(transport->devices);
    u2fh_global_done();
    free(transport);
}

static enum cs_err open_keys(struct cs_u2f_transport **ret_transport, struct cs_error *error)
{
    struct cs_u2f_transport *transport = calloc(1, sizeof *transport);

    if (transport == NULL)
        return cs_fail_nomem(error);
    if (u2fh_global_init(0) != U2FH_OK || u2fh_devs_init(&transport->devices) != U2FH_OK) {
        free(transport);
        return cs_fail(error, CS_ERR_NOT_FOUND, "libu2f-host cannot use USB devices here");
    }
    *ret_transport = transport;
    return CS_OK;
}

static enum cs_err discover(struct cs_u2f_transport *transport, unsigned *ret_keys,
                            struct cs_error *error)
{
    unsigned last = 0;
    u2fh_rc result = u2fh_devs_discover(transport->devices, &last);

    transport->count = 0;
    *ret_keys = 0;
    if (result == U2FH_NO_U2F_DEVICE)
        return cs_u2f_check_refused(CS_U2F_HID_CLASS, CS_U2F_DEVICES, error);
    if (result != U2FH_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "libu2f-host: %s", u2fh_strerror(result));
    for (unsigned i = 0; i <= last && i < INDEX_MAX && transport->count < CS_U2F_KEYS_MAX; i++) {
        if (u2fh_is_alive(transport->devices, i))
            transport->index[transport->count++] = i;
    }
    *ret_keys = transport->count;
    return CS_OK;
}

static enum cs_err exchange(struct cs_u2f_transport *transport, unsigned key,
                            const unsigned char *apdu, size_t length, unsigned char *ret_reply,
                            size_t *ret_length, struct cs_error *error)
{
    unsigned char reply[ROOM];
    size_t got = CS_U2F_REPLY_ROOM;
    u2fh_rc result;

    if (key >= transport->count || length == 0 || length > CS_U2F_APDU_MAX)
        return cs_fail(error, CS_ERR_INPUT, "no request to a key of this machine");
    result = u2fh_sendrecv(transport->devices, transport->index[key], MSG, apdu, (uint16_t)length,
                           reply, &got);
    if (result != U2FH_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key did not answer: %s",
                       u2fh_strerror(result));
    if (got > CS_U2F_REPLY_ROOM || got > *ret_length)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key answered with %zu bytes", got);
    memcpy(ret_reply, reply, got);
    *ret_length = got;
    return CS_OK;
}

const struct cs_u2f_transport_ops cs_u2f_device = {"libu2f-host", open_keys, discover, exchange,
                                                   close_keys,    NULL,      NULL};
