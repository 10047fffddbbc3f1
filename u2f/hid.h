/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges messages with a key over its HID device: FIDO U2F HID Protocol v1.2. For libraries that
 * can only find keys. */
#ifndef CS_U2F_HID_H
#define CS_U2F_HID_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CS_U2F_HID_PACKET = 64 };

/* An opened device and the channel that it allocated to us. */
struct cs_u2f_hid {
    int fd; /* owned by the caller */
    uint32_t channel;
    unsigned char capabilities; /* enum cs_u2f_capabilities */
};

/* CTAP 2.1, 11.2.9.1.3 */
enum cs_u2f_capabilities {
    CS_U2F_SPEAKS_FIDO2 = 0x04,
    CS_U2F_TAKES_NO_APDU = 0x08,
};

/* Asks for a channel. CS_ERR_UNAVAILABLE, or CS_ERR_TIMEOUT if no FIDO key answers before
 * `deadline`. */
enum cs_err cs_u2f_hid_init(struct cs_u2f_hid *hid, int fd, int64_t deadline,
                            struct cs_error *error) CS_MUST_USE;

/* Sends one APDU and receives the whole reply; on entry `*ret_length` is the size of the buffer.
 * Packets of other channels and "still busy" are ignored; if another program is using the key, it
 * is asked again until it is free. CS_ERR_UNAVAILABLE, or CS_ERR_TIMEOUT at the deadline
 * (cs_clock_ms). */
enum cs_err cs_u2f_hid_exchange(const struct cs_u2f_hid *hid, const unsigned char *apdu,
                                size_t length, unsigned char *ret_reply, size_t *ret_length,
                                int64_t deadline, struct cs_error *error) CS_MUST_USE;

#endif
