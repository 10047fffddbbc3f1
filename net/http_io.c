/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The I/O thread. Its own list holds the jobs that wait for a name or are being transferred. It
 * learns about new and cancelled jobs under the lock, after a wake-up.
 */
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#include "base/event.h"
#include "net/http_priv.h"

enum { PAUSE_MS = 100 }; /* pause if waiting itself fails because memory ran out */

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

/* True: the job is over already. */
static bool start(struct cs_http *http, struct cs_http_job *job)
{
    if (!look_up_names(http, job))
        return false;
    atomic_store(&job->named, true);
    if (job->result != CS_OK)
        return true;
    if (!cs_http_easy_make(http, job) || curl_multi_add_handle(http->multi, job->easy) != CURLM_OK)
        job->result = cs_fail_nomem(&job->error);
    return job->result != CS_OK;
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

static void finish(struct cs_http *http, struct cs_http_job *job, CURLcode code)
{
    for (size_t i = 0; i < CS_HTTP_NAMES_MAX && http->names[i] != NULL; i++) {
        if (no_address_answers(job, code))
            cs_resolver_doubt(http->names[i]);
    }
    cs_http_easy_finish(http, job, code);
    (void)curl_multi_remove_handle(http->multi, job->easy);
    hand_back(http, job);
}

/* A login leaves: ends its transfer and releases the job. */
static void abandon(struct cs_http *http, struct cs_http_job *job)
{
    if (job->easy != NULL) {
        finish(http, job, CURLE_OPERATION_TIMEDOUT);
        return;
    }
    cs_http_failure(http, job, CURLE_COULDNT_RESOLVE_HOST);
    job->timed_out = true;
    hand_back(http, job);
}

static void unlink_job(struct cs_http_job **jobs, const struct cs_http_job *job)
{
    while (*jobs != job)
        jobs = &(*jobs)->next;
    *jobs = job->next;
}

static void finish_transfers(struct cs_http *http, struct cs_http_job **jobs)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct cs_http_job *job = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job) != CURLE_OK)
            continue;
        unlink_job(jobs, job);
        finish(http, job, code);
    }
}

/* ---- the thread ---- */

/* False: stop. Otherwise puts new jobs at the front of `jobs`, in no particular order. */
static bool take_inbox(struct cs_http *http, struct cs_http_job **jobs, bool *ret_cancelled)
{
    bool stop;

    pthread_mutex_lock(&http->lock);
    while (http->inbox != NULL) {
        struct cs_http_job *job = http->inbox;

        http->inbox = job->next;
        job->next = *jobs;
        *jobs = job;
    }
    *ret_cancelled = http->cancelled;
    http->cancelled = false;
    stop = http->stop;
    pthread_mutex_unlock(&http->lock);
    return !stop;
}

static void look_through(struct cs_http *http, struct cs_http_job **jobs, bool cancelled)
{
    struct cs_http_job **place = jobs;

    while (*place != NULL) {
        struct cs_http_job *job = *place;

        if (cancelled && atomic_load(&job->cancelled)) {
            *place = job->next;
            abandon(http, job);
        } else if (job->easy == NULL && start(http, job)) {
            *place = job->next;
            hand_back(http, job);
        } else {
            place = &job->next;
        }
    }
}

void *cs_http_io(void *argument)
{
    struct cs_http *http = argument;
    struct cs_http_job *jobs = NULL;
    bool cancelled = false;
    int running;

    while (take_inbox(http, &jobs, &cancelled)) {
        look_through(http, &jobs, cancelled);
        (void)curl_multi_perform(http->multi, &running);
        finish_transfers(http, &jobs);
        /* Waits until something happens; libcurl shortens the wait to its own time-outs. */
        if (curl_multi_poll(http->multi, NULL, 0, INT_MAX, NULL) != CURLM_OK)
            (void)poll(NULL, 0, PAUSE_MS);
    }
    return NULL;
}
