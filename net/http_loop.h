/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the I/O thread waits for: libcurl's sockets and its next time-out, and wake-ups by other
 * threads. What it costs depends on what has happened, not on how many transfers are under way.
 */
#ifndef CS_NET_HTTP_LOOP_H
#define CS_NET_HTTP_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct cs_http_loop {
    CURLM *multi; /* borrowed */
    int epoll_fd, wake_fd;
    int64_t due; /* cs_clock_ms; when libcurl wants to be called; INT64_MAX: never */
};

/* Release it with cs_http_loop_close, also after false: no descriptor is left, or no memory.
 * `loop` must not move: `multi` keeps its address. */
bool cs_http_loop_open(struct cs_http_loop *loop, CURLM *multi) CS_MUST_USE;

/* After curl_multi_cleanup(), which still tells which sockets it closes. What is all zero was
 * never opened. */
void cs_http_loop_close(struct cs_http_loop *loop);

/* Ends the wait that is under way, or the next one; from any thread. */
void cs_http_loop_wake(const struct cs_http_loop *loop);

/* Lets libcurl do what is due: start what was added, end what took too long. */
void cs_http_loop_run(struct cs_http_loop *loop);

/* Waits until there is something to do, but not beyond `until` (cs_clock_ms), and lets libcurl read
 * and write. Until `gather` answers are left to come in, and only a wake-up is noticed. */
void cs_http_loop_wait(struct cs_http_loop *loop, int64_t gather, int64_t until);

#endif
