/* SPDX-License-Identifier: Apache-2.0 */
/* The transport below libfido2: like its own for HID devices, but a wait ends at a deadline or when
 * nobody is waiting any more, and says why it ended. */
#ifndef CS_U2F_DEVICE_FIDO2_IO_H
#define CS_U2F_DEVICE_FIDO2_IO_H

#include <fido.h>

#include "base/error.h"

/* libfido2's handle of an opened key (fido_dev_io_handle). */
struct cs_fido2_io {
    int fd; /* borrowed */
    int cancel_fd;
    int64_t deadline;
    unsigned char channel[4]; /* of the last report written; others' reports are not read */
    /* why the last read failed: CS_ERR_TIMEOUT (deadline), CS_ERR_CANCELLED, CS_ERR_RESTING
     * (another program is using the key), CS_ERR_UNAVAILABLE (gone, or silent); CS_OK if it did
     * not */
    enum cs_err ended;
};

/* Reads the next report of our channel, for libfido2: `milliseconds` is its own bound, -1 for none.
 * Others' reports, as that the key is busy, are for other programs. -1: see `ended`. */
int cs_fido2_read_report(void *io, unsigned char *ret_report, size_t length, int milliseconds);

/* Opens the key behind `fd`, which stays the caller's and must stay open; NULL if it does not speak
 * FIDO2 or does not answer. Release it with cs_fido2_close. */
fido_dev_t *cs_fido2_open(int fd) CS_MUST_USE;
void cs_fido2_close(fido_dev_t **dev); /* accepts NULL in *dev */

#endif
