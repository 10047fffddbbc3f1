/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"

enum {
    AT_ONCE = 64,   /* descriptors that one wait reports; more come with the next */
    PAUSE_MS = 100, /* if waiting itself fails because memory ran out */
};

/* ---- what libcurl calls ---- */

/* Level-triggered: libcurl may leave data unread. */
static int watch(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
    const struct cs_http_loop *loop = context;
    struct epoll_event event = {.data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0U) |
                   (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0U);
    if (epoll_ctl(loop->epoll_fd, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
        return -1;
    (void)curl_multi_assign(loop->multi, fd, context); /* from now on it is known */
    return 0;
}

static int note_timer(CURLM *multi, long left_ms, void *context)
{
    struct cs_http_loop *loop = context;

    (void)multi;
    loop->due = left_ms < 0 ? INT64_MAX : cs_clock_ms() + left_ms;
    return 0;
}

/* ---- opening and closing ---- */

static bool add_wake(const struct cs_http_loop *loop)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = loop->wake_fd};

    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) == 0;
}

bool cs_http_loop_open(struct cs_http_loop *loop, CURLM *multi)
{
    *loop = (struct cs_http_loop){.multi = multi, .due = INT64_MAX};
    loop->wake_fd = cs_event_new();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->wake_fd >= 0 && loop->epoll_fd >= 0 && add_wake(loop) &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, loop) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, note_timer) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, loop) == CURLM_OK;
}

void cs_http_loop_close(struct cs_http_loop *loop)
{
    if (loop->multi == NULL)
        return;
    cs_fd_close(&loop->wake_fd);
    cs_fd_close(&loop->epoll_fd);
    loop->multi = NULL;
}

void cs_http_loop_wake(const struct cs_http_loop *loop)
{
    cs_event_set(loop->wake_fd);
}

/* ---- running ---- */

void cs_http_loop_run(struct cs_http_loop *loop)
{
    int running;

    if (loop->due > cs_clock_ms())
        return;
    loop->due = INT64_MAX;
    (void)curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/* An error is left to whatever reads or writes next to find, as with curl_multi_perform(). */
static void serve(struct cs_http_loop *loop, const struct epoll_event *event)
{
    uint32_t broken = event->events & (EPOLLERR | EPOLLHUP);
    int what = 0, running;

    if (event->data.fd == loop->wake_fd) {
        cs_event_take(loop->wake_fd);
        return;
    }
    if ((event->events & EPOLLIN) != 0 || broken != 0)
        what |= CURL_CSELECT_IN;
    if ((event->events & EPOLLOUT) != 0 || broken != 0)
        what |= CURL_CSELECT_OUT;
    (void)curl_multi_socket_action(loop->multi, event->data.fd, what, &running);
}

void cs_http_loop_wait(struct cs_http_loop *loop, int64_t gather, int64_t until)
{
    struct pollfd wake = {.fd = loop->wake_fd, .events = POLLIN};
    struct epoll_event found[AT_ONCE];
    int count, left = cs_clock_left(gather);

    if (left > 0)
        (void)poll(&wake, 1, left);
    count = epoll_wait(loop->epoll_fd, found, AT_ONCE,
                       cs_clock_left(loop->due < until ? loop->due : until));
    if (count < 0 && errno != EINTR)
        (void)poll(NULL, 0, PAUSE_MS);
    for (int i = 0; i < count; i++)
        serve(loop, &found[i]);
}
