/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internals of the HTTP client. A login makes a job in its own thread and waits for it; in between,
 * only the I/O thread touches the job, and only that thread touches libcurl.
 */
#ifndef CS_NET_HTTP_PRIV_H
#define CS_NET_HTTP_PRIV_H

#include <curl/curl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buffer.h"
#include "net/endpoint.h"
#include "net/http.h"
#include "net/http_loop.h"
#include "net/http_resolve.h"

enum {
    CS_HTTP_SPARES = 16, /* easy handles to keep */
    CS_HTTP_EVENTS = 256 /* as many as 5,000 logins that wait need at one beat (waiting.c) */
};
enum { CS_HTTP_NAMES_MAX = 2 }; /* the proxy's, and the server's if it is looked up here */

/* In order of arrival. */
struct cs_http_list {
    struct cs_http_job *first, **end;
};

struct cs_http {
    struct cs_http_endpoint server, proxy; /* proxy.url NULL: none */
    char *ca_file, *ca_path;
    struct cs_secret certificate, private_key;
    bool proxy_tunnel;
    unsigned max_handles, connect_ms, total_ms;
    struct cs_trace *trace;

    struct cs_resolver *names[CS_HTTP_NAMES_MAX]; /* NULL after the last */

    pthread_mutex_t lock; /* for everything below, up to `thread` */
    bool started;
    bool stop;
    bool cancelled;            /* of some job */
    struct cs_http_list inbox; /* new, not yet seen by the I/O thread */
    int events[CS_HTTP_EVENTS];
    size_t event_count; /* unused eventfds, kept because making one for each job costs more */

    pthread_t thread;
    CURLM *multi;
    struct cs_http_loop loop;
    EVP_MD *sha256; /* looked up once: that takes longer than the digest of an answer */
    CURLSH *share;
    CURL *easies[CS_HTTP_SPARES]; /* the I/O thread's, for the next jobs */
    size_t easy_count;
};

struct cs_http_job {
    /* Set by the login; constant while the job runs. */
    const struct cs_http_call *call;
    const struct cs_http_request *request;
    long time_ms;           /* for this attempt, or each of them if it is held */
    bool held;              /* the I/O thread asks at `due`, and again while nothing changes */
    struct cs_error *error; /* what the login waits with; written by the I/O thread alone */
    int done_fd;            /* eventfd; written once, as the I/O thread's last action on a job */

    /* Shared by the two. */
    atomic_bool cancelled;
    atomic_bool named; /* all names have been looked up */

    /* Owned by the I/O thread. */
    struct cs_http_job *next, **place; /* in its list; `place` is what points at it */
    int64_t due;                       /* cs_clock_ms; while it is parked */
    int64_t begun;                     /* cs_meter_now; of the last attempt, if it is held */
    unsigned long tickets[CS_HTTP_NAMES_MAX];
    struct curl_slist *resolve; /* the look-ups' results, for libcurl */
    CURL *easy;                 /* NULL until the transfer starts */
    struct curl_slist *headers;
    struct cs_buffer body;
    size_t header_bytes;
    bool too_large;
    bool sent;     /* at least once */
    bool shortage; /* this machine had no socket for it */
    char detail[CURL_ERROR_SIZE];

    /* Owned by the login again, once done. */
    enum cs_err result;
    bool timed_out;
    struct cs_http_response response;
};

static inline void cs_http_list_init(struct cs_http_list *list)
{
    *list = (struct cs_http_list){.end = &list->first};
}

static inline void cs_http_list_append(struct cs_http_list *list, struct cs_http_job *job)
{
    job->next = NULL;
    job->place = list->end;
    *list->end = job;
    list->end = &job->next;
}

static inline void cs_http_list_remove(struct cs_http_list *list, struct cs_http_job *job)
{
    *job->place = job->next;
    if (job->next != NULL)
        job->next->place = job->place;
    else
        list->end = job->place;
}

/* ---- http_easy.c: one transfer ---- */

/* False if memory ran out. */
bool cs_http_easy_make(struct cs_http *http, struct cs_http_job *job) CS_MUST_USE;

/* Sets the job's result from the transfer's end. */
void cs_http_easy_finish(struct cs_http *http, struct cs_http_job *job, CURLcode code);

/* Releases the transfer's resources; the job's result stays. */
void cs_http_easy_release(struct cs_http *http, struct cs_http_job *job);

/* ---- http_hold.c ---- */

/* Makes the answer the one that the next call may wait with; hold->known stays false if it cannot.
 */
void cs_http_hold_note(const struct cs_http *http, struct cs_hold *hold,
                       const struct cs_http_response *response);

/* For a held job whose transfer has ended with an answer: whether it is the known one and there is
 * time to ask again, at `due`. */
bool cs_http_hold_again(const struct cs_http *http, struct cs_http_job *job) CS_MUST_USE;

/* ---- http_failure.c ---- */

/* Whether errno says that this machine, not the network, lacks something. */
bool cs_http_is_shortage(int number);

/* Sets result, timed_out and error for a transfer without an answer. */
void cs_http_failure(const struct cs_http *http, struct cs_http_job *job, CURLcode code);

/* ---- http_io.c ---- */

/* The I/O thread; `argument` is the struct cs_http. */
void *cs_http_io(void *argument);

#endif
