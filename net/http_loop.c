/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"
#include "net/http_priv.h"

enum {
    AT_ONCE = 64,   /* descriptors that one wait reports; more come with the next */
    PAUSE_MS = 100, /* if waiting itself fails because memory ran out */
};

/* ---- what libcurl calls ---- */

/* Level-triggered: libcurl may leave data unread. A descriptor may be known from before, closed
 * without a word, or not. */
static bool watch(const struct cs_http_loop *loop, int fd, uint32_t what)
{
    struct epoll_event event = {.events = what, .data.fd = fd};

    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0 ||
           (errno == EEXIST && epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0);
}

/* An error returned here would end all transfers. So the one that cannot be watched runs out of
 * time, and then says why. */
static int note_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
    const struct cs_http_loop *loop = context;
    struct cs_http_job *job = NULL;
    uint32_t events = ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0U) |
                      ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0U);

    (void)unused;
    if (what == CURL_POLL_REMOVE)
        (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    else if (!watch(loop, fd, events) && easy != NULL &&
             curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job) == CURLE_OK && job != NULL)
        job->shortage = true;
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

bool cs_http_loop_open(struct cs_http_loop *loop, CURLM *multi)
{
    *loop = (struct cs_http_loop){.multi = multi, .due = INT64_MAX};
    loop->wake_fd = cs_event_new();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->wake_fd >= 0 && loop->epoll_fd >= 0 && watch(loop, loop->wake_fd, EPOLLIN) &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, note_socket) == CURLM_OK &&
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
    int count, left = cs_clock_left(gather < until ? gather : until);

    if (left > 0)
        (void)poll(&wake, 1, left);
    count = epoll_wait(loop->epoll_fd, found, AT_ONCE,
                       cs_clock_left(loop->due < until ? loop->due : until));
    if (count < 0 && errno != EINTR)
        (void)poll(NULL, 0, PAUSE_MS);
    for (int i = 0; i < count; i++)
        serve(loop, &found[i]);
}
