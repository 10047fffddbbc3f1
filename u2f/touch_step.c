/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>

#include "u2f/touch_priv.h"

enum cs_err cs_u2f_exchange(struct cs_u2f_work *work, unsigned key, const struct cs_u2f_apdu *apdu,
                            enum cs_u2f_reply *ret_reply, struct cs_error *error)
{
    size_t length = sizeof work->reply;
    enum cs_err result = work->touch->transport->exchange(
        work->transport, key, apdu->bytes, apdu->length, work->reply, &length, error);

    if (result == CS_OK)
        result = cs_u2f_read_reply(work->reply, length, ret_reply, &work->length, error);
    return result;
}

enum cs_err cs_u2f_cancelled(const struct cs_u2f_touch *touch, int milliseconds,
                             struct cs_error *error)
{
    struct pollfd entry = {.fd = touch->cancel_fd, .events = POLLIN};
    int ready = poll(&entry, 1, milliseconds);

    if (ready > 0)
        return cs_fail(error, CS_ERR_CANCELLED, "nobody is waiting for the key any more");
    if (ready < 0 && errno != EINTR)
        return cs_fail_errno(error, "poll");
    return CS_OK;
}
