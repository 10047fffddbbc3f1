/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the HTTP client share. A login makes a job in its own thread and waits for it;
 * the I/O thread alone touches the job in between, and alone touches libcurl.
 */
#ifndef CS_NET_HTTP_PRIV_H
#define CS_NET_HTTP_PRIV_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buffer.h"
#include "net/endpoint.h"
#include "net/http.h"
#include "net/http_resolve.h"

enum { CS_HTTP_SPARES = 16 };
enum { CS_HTTP_NAMES_MAX = 2 }; /* the proxy's, and the server's where it is looked up here */

struct cs_http {
    struct cs_http_endpoint server, proxy; /* proxy.url NULL: none */
    char *ca_file, *ca_path;
    bool proxy_tunnel;
    unsigned max_handles, connect_ms, total_ms;
    struct cs_trace *trace;

    struct cs_resolver *names[CS_HTTP_NAMES_MAX]; /* NULL behind the last */

    pthread_mutex_t lock; /* of what is below, up to the thread */
    bool started;
    bool stop;
    bool cancelled;            /* of some job */
    struct cs_http_job *inbox; /* made and not yet seen by the I/O thread */
    int events[CS_HTTP_SPARES];
    size_t event_count; /* eventfds that no job uses now: making one for each job costs more */

    pthread_t thread;
    CURLM *multi;
    CURLSH *share;
    CURL *easies[CS_HTTP_SPARES]; /* the I/O thread's: reset, for the next jobs */
    size_t easy_count;
};

struct cs_http_job {
    /* The login's; constant while the job runs. */
    const struct cs_http_call *call;
    const struct cs_http_request *request;
    long time_ms; /* for this attempt */
    int done_fd;  /* eventfd; written once, the last thing that the I/O thread does with a job */

    /* Between the two. */
    atomic_bool cancelled;
    atomic_bool named; /* every name is looked up */

    /* The I/O thread's. */
    struct cs_http_job *next;
    unsigned long tickets[CS_HTTP_NAMES_MAX];
    struct curl_slist *resolve; /* what was looked up, for libcurl */
    CURL *easy;                 /* NULL until the transfer starts */
    struct curl_slist *headers;
    struct cs_buffer body;
    size_t header_bytes;
    bool too_large;
    bool sent; /* at least once */
    char detail[CURL_ERROR_SIZE];

    /* The login's again, once done. */
    enum cs_err result;
    bool timed_out;
    struct cs_http_response response;
    struct cs_error error;
};

/* ---- http_easy.c: one transfer ---- */

/* False when memory ran out. */
bool cs_http_easy_make(struct cs_http *http, struct cs_http_job *job) CS_MUST_USE;

/* Sets the result of the job from how the transfer ended. */
void cs_http_easy_finish(struct cs_http *http, struct cs_http_job *job, CURLcode code);

/* Releases what the transfer held; the job's result stays. */
void cs_http_easy_release(struct cs_http *http, struct cs_http_job *job);

/* ---- http_failure.c ---- */

/* Sets result, timed_out and error for a transfer that did not get its answer. */
void cs_http_failure(const struct cs_http *http, struct cs_http_job *job, CURLcode code);

/* ---- http_io.c ---- */

/* The I/O thread; `argument` is the struct cs_http. */
void *cs_http_io(void *argument);

#endif
