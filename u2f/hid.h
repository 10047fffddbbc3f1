/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to a key over its HID device and back: FIDO U2F HID Protocol v1.2. For the libraries
 * that only find keys. */
#ifndef CS_U2F_HID_H
#define CS_U2F_HID_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CS_U2F_HID_PACKET = 64 };

/* An opened device and the channel that it gave us. */
struct cs_u2f_hid {
    int fd; /* the caller's */
    uint32_t channel;
};

/* Asks for a channel. CS_ERR_UNAVAILABLE, or CS_ERR_TIMEOUT where no FIDO key answers before
 * `deadline`. */
enum cs_err cs_u2f_hid_init(struct cs_u2f_hid *hid, int fd, int64_t deadline,
                            struct cs_error *error) CS_MUST_USE;

/* Sends one APDU and takes the whole reply; `*ret_length` is the room on entry. Packets of other
 * channels and "still busy" are passed over; a key that another program uses is asked again until
 * it is free. CS_ERR_UNAVAILABLE, or CS_ERR_TIMEOUT at the deadline (cs_clock_ms). */
enum cs_err cs_u2f_hid_exchange(const struct cs_u2f_hid *hid, const unsigned char *apdu,
                                size_t length, unsigned char *ret_reply, size_t *ret_length,
                                int64_t deadline, struct cs_error *error) CS_MUST_USE;

#endif
