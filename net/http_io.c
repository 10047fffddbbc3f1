/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The I/O thread. A job waits for its server's addresses, then for a place, then for its answer.
 * The thread learns about new and cancelled jobs under the lock, after a wake-up.
 */
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#include "base/event.h"
#include "net/http_priv.h"

enum {
    PAUSE_MS = 100, /* pause if waiting itself fails because memory ran out */
    STREAMS = 100,  /* libcurl's own bound on the requests of one HTTP/2 connection */
};

struct io {
    struct cs_http *http;
    struct cs_http_list unnamed, ready, running;
    size_t transfers;  /* as many as `running` has */
    bool multiplexing; /* the last answer came by HTTP/2 */
};

/* The last thing done with a job: its login may be gone right after it. */
static void hand_back(struct cs_http *http, struct cs_http_job *job)
{
    cs_http_easy_release(http, job);
    cs_event_set(job->done_fd);
}

/* ---- starting ---- */

/* False: wait for a wake-up. Otherwise the job has its addresses, or `error` is set. */
static bool look_up_names(struct cs_http *http, struct cs_http_job *job)
{
    for (size_t i = 0; i < CS_HTTP_NAMES_MAX && http->names[i] != NULL; i++) {
        struct cs_error why = {0};
        char *entry = NULL;
        enum cs_resolved state = cs_resolver_get(http->names[i], &job->tickets[i], &entry, &why);
        struct curl_slist *longer = NULL;

        if (state == CS_RESOLVED_FAILED) {
            job->result = cs_fail(&job->error, why.code, "%s: %s", job->request->what, why.text);
            return true;
        }
        if (state == CS_RESOLVED_READY && entry != NULL)
            longer = curl_slist_append(job->resolve, entry);
        free(entry);
        if (state == CS_RESOLVED_READY && longer == NULL) {
            job->result = cs_fail_nomem(&job->error);
            return true;
        }
        if (state == CS_RESOLVED_WAIT) {
            curl_slist_free_all(job->resolve);
            job->resolve = NULL;
            return false;
        }
        job->resolve = longer;
    }
    return true;
}

static void name_jobs(struct io *io)
{
    struct cs_http_job *next;

    for (struct cs_http_job *job = io->unnamed.first; job != NULL; job = next) {
        next = job->next;
        if (!look_up_names(io->http, job))
            continue;
        atomic_store(&job->named, true);
        cs_http_list_remove(&io->unnamed, job);
        if (job->result == CS_OK)
            cs_http_list_append(&io->ready, job);
        else
            hand_back(io->http, job);
    }
}

/* Those that libcurl would only keep waiting for a connection wait here, where they need no handle:
 * with thousands of logins, handles would be most of the memory, and libcurl looks at each of them
 * whenever anything happens. */
static bool has_place(const struct io *io)
{
    size_t connections = io->http->max_handles;

    return io->transfers < (io->multiplexing ? connections * STREAMS : connections);
}

static void start_ready(struct io *io)
{
    struct cs_http_job *job;

    while ((job = io->ready.first) != NULL && has_place(io)) {
        cs_http_list_remove(&io->ready, job);
        if (cs_http_easy_make(io->http, job) &&
            curl_multi_add_handle(io->http->multi, job->easy) == CURLM_OK) {
            cs_http_list_append(&io->running, job);
            io->transfers++;
            continue;
        }
        job->result = cs_fail_nomem(&job->error);
        hand_back(io->http, job);
    }
}

/* ---- ending ---- */

static bool no_address_answers(struct cs_http_job *job, CURLcode code)
{
    curl_off_t connected = 0;

    if (code == CURLE_COULDNT_CONNECT)
        return true;
    return code == CURLE_OPERATION_TIMEDOUT && !atomic_load(&job->cancelled) &&
           curl_easy_getinfo(job->easy, CURLINFO_CONNECT_TIME_T, &connected) == CURLE_OK &&
           connected == 0;
}

static void finish(struct io *io, struct cs_http_job *job, CURLcode code)
{
    struct cs_http *http = io->http;
    long version = 0;

    for (size_t i = 0; i < CS_HTTP_NAMES_MAX && http->names[i] != NULL; i++) {
        if (no_address_answers(job, code))
            cs_resolver_doubt(http->names[i]);
    }
    if (code == CURLE_OK &&
        curl_easy_getinfo(job->easy, CURLINFO_HTTP_VERSION, &version) == CURLE_OK)
        io->multiplexing = version == CURL_HTTP_VERSION_2_0;
    cs_http_easy_finish(http, job, code);
    (void)curl_multi_remove_handle(http->multi, job->easy);
    cs_http_list_remove(&io->running, job);
    io->transfers--;
    hand_back(http, job);
}

static void finish_transfers(struct io *io)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(io->http->multi, &left)) != NULL) {
        struct cs_http_job *job = NULL;

        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job) == CURLE_OK)
            finish(io, job, message->data.result);
    }
}

/* A login leaves: releases its job, which is not being transferred. */
static void abandon(struct io *io, struct cs_http_list *list, struct cs_http_job *job)
{
    cs_http_list_remove(list, job);
    cs_http_failure(io->http, job,
                    list == &io->unnamed ? CURLE_COULDNT_RESOLVE_HOST : CURLE_OPERATION_TIMEDOUT);
    job->timed_out = true;
    hand_back(io->http, job);
}

static void abandon_cancelled(struct io *io)
{
    struct cs_http_list *const lists[] = {&io->unnamed, &io->ready, &io->running};

    for (size_t i = 0; i < CS_ARRAY_SIZE(lists); i++) {
        struct cs_http_job *next;

        for (struct cs_http_job *job = lists[i]->first; job != NULL; job = next) {
            next = job->next;
            if (!atomic_load(&job->cancelled))
                continue;
            if (lists[i] == &io->running)
                finish(io, job, CURLE_OPERATION_TIMEDOUT);
            else
                abandon(io, lists[i], job);
        }
    }
}

/* ---- the thread ---- */

/* False: stop. */
static bool take_inbox(struct io *io, bool *ret_cancelled)
{
    struct cs_http *http = io->http;
    struct cs_http_job *job;
    bool stop;

    pthread_mutex_lock(&http->lock);
    while ((job = http->inbox.first) != NULL) {
        cs_http_list_remove(&http->inbox, job);
        cs_http_list_append(&io->unnamed, job);
    }
    *ret_cancelled = http->cancelled;
    http->cancelled = false;
    stop = http->stop;
    pthread_mutex_unlock(&http->lock);
    return !stop;
}

void *cs_http_io(void *argument)
{
    struct io io = {.http = argument};
    bool cancelled = false;
    int running;

    cs_http_list_init(&io.unnamed);
    cs_http_list_init(&io.ready);
    cs_http_list_init(&io.running);
    while (take_inbox(&io, &cancelled)) {
        if (cancelled)
            abandon_cancelled(&io);
        name_jobs(&io);
        start_ready(&io);
        (void)curl_multi_perform(io.http->multi, &running);
        finish_transfers(&io);
        start_ready(&io); /* in the places that have become free */
        /* Waits until something happens; libcurl shortens the wait to its own time-outs. */
        if (curl_multi_poll(io.http->multi, NULL, 0, INT_MAX, NULL) != CURLM_OK)
            (void)poll(NULL, 0, PAUSE_MS);
    }
    return NULL;
}
