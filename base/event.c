/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

int cs_event_new(void)
{
    return eventfd(0, EFD_CLOEXEC);
}

void cs_event_set(int event_fd)
{
    static const uint64_t one = 1;

    while (write(event_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

void cs_event_take(int event_fd)
{
    uint64_t count;

    while (read(event_fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
}

static enum cs_waited wait_for(int event_fd, struct pollfd end, int64_t until)
{
    struct pollfd fds[] = {{.fd = event_fd, .events = POLLIN}, end};

    for (;;) {
        int ready = poll(fds, CS_ARRAY_SIZE(fds), cs_clock_left(until));

        if (ready > 0)
            return fds[0].revents != 0 ? CS_WAITED_EVENT : CS_WAITED_HANGUP;
        if ((ready == 0 || errno != EINTR) && cs_clock_left(until) == 0)
            return CS_WAITED_TIME;
        if (ready < 0 && errno != EINTR)
            return CS_WAITED_TIME; /* no memory: treat it as a time-out */
    }
}

enum cs_waited cs_event_wait(int event_fd, int cancel_fd, int64_t until)
{
    return wait_for(event_fd, (struct pollfd){.fd = cancel_fd, .events = POLLRDHUP}, until);
}

enum cs_waited cs_event_wait_silent(int event_fd, int silent_fd, int64_t until)
{
    return wait_for(event_fd, (struct pollfd){.fd = silent_fd, .events = POLLIN | POLLRDHUP},
                    until);
}
