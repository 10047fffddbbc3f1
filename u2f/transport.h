/* SPDX-License-Identifier: Apache-2.0 */
/* A way to reach keys: the interface between the messages (message.h) and the library that carries
 * them. */
#ifndef CS_U2F_TRANSPORT_H
#define CS_U2F_TRANSPORT_H

#include <stddef.h>

#include "base/error.h"

struct cs_u2f_transport; /* an open transport; each kind defines its own */

/* Not thread-safe. Every call returns within seconds; to wait for a touch, the caller asks again
 * until its own deadline. */
struct cs_u2f_transport_ops {
    const char *name;
    /* CS_ERR_NOT_FOUND if there is no library or no USB. */
    enum cs_err (*open)(struct cs_u2f_transport **ret_transport, struct cs_error *error);
    /* Looks for keys again; they are numbered from 0 until the next call. Finding none is not an
     * error, unless there is one that may not be opened: CS_ERR_NOT_FOUND. */
    enum cs_err (*discover)(struct cs_u2f_transport *transport, unsigned *ret_keys,
                            struct cs_error *error);
    /* Sends one APDU and receives the whole reply with its status word. On entry `*ret_length` is
     * the size of the buffer (CS_U2F_REPLY_ROOM is enough). An error concerns this key only. */
    enum cs_err (*exchange)(struct cs_u2f_transport *transport, unsigned key,
                            const unsigned char *apdu, size_t length, unsigned char *ret_reply,
                            size_t *ret_length, struct cs_error *error);
    /* Releases what open returned; accepts NULL. */
    void (*close)(struct cs_u2f_transport *transport);
};

#endif
