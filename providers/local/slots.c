/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/slots.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/event.h"
#include "base/file.h"

enum cs_err cs_slots_open(struct cs_slots *slots, unsigned count, struct cs_error *error)
{
    slots->fd = eventfd(count, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    return slots->fd < 0 ? cs_fail_errno(error, "eventfd") : CS_OK;
}

void cs_slots_close(struct cs_slots *slots)
{
    cs_fd_close(&slots->fd);
}

enum cs_err cs_slots_take(const struct cs_slots *slots, int64_t deadline, int cancel_fd,
                          const char *what, struct cs_error *error)
{
    uint64_t one;

    for (;;) {
        switch (cs_event_wait(slots->fd, cancel_fd, deadline)) {
        case CS_WAITED_HANGUP:
            return cs_fail(error, CS_ERR_HANGUP, "%s: the peer hung up", what);
        case CS_WAITED_TIME:
            return cs_fail(error, CS_ERR_TIMEOUT, "%s: no turn came in time", what);
        case CS_WAITED_EVENT:
            break;
        }
        /* Another was faster: wait for the next one. */
        if (read(slots->fd, &one, sizeof one) == (ssize_t)sizeof one)
            return CS_OK;
        if (errno != EAGAIN && errno != EINTR)
            return cs_fail_errno(error, "%s: cannot take a turn", what);
    }
}

void cs_slots_give(const struct cs_slots *slots)
{
    cs_event_set(slots->fd);
}
