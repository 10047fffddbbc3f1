/* SPDX-License-Identifier: Apache-2.0 */
/* A way to reach keys: the seam between what is said (message.h) and the library that carries it.
 */
#ifndef CS_U2F_TRANSPORT_H
#define CS_U2F_TRANSPORT_H

#include <stddef.h>

#include "base/error.h"

struct cs_u2f_transport; /* opened; each transport has its own */

/* Not for several threads at once. Every call returns within seconds: who wants to wait for a touch
 * asks again, until a deadline of its own. */
struct cs_u2f_transport_ops {
    const char *name;
    /* CS_ERR_NOT_FOUND: no library or no USB. */
    enum cs_err (*open)(struct cs_u2f_transport **ret_transport, struct cs_error *error);
    /* Looks for keys anew; they are numbered from 0 until the next call. None is no error, but
     * CS_ERR_NOT_FOUND where there is one that may not be opened. */
    enum cs_err (*discover)(struct cs_u2f_transport *transport, unsigned *ret_keys,
                            struct cs_error *error);
    /* Sends one APDU and takes the whole reply with its status word. `*ret_length` is the room on
     * entry (CS_U2F_REPLY_ROOM is enough). An error concerns this key only. */
    enum cs_err (*exchange)(struct cs_u2f_transport *transport, unsigned key,
                            const unsigned char *apdu, size_t length, unsigned char *ret_reply,
                            size_t *ret_length, struct cs_error *error);
    /* Releases what open gave; NULL is fine. */
    void (*close)(struct cs_u2f_transport *transport);
};

#endif
