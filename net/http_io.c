/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The I/O thread. A job waits for its server's addresses, then for a place, then for its answer. A
 * held one waits for its time before that, and again after an answer that changes nothing.
 * The thread learns about new and cancelled jobs under the lock, after a wake-up.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/event.h"
#include "net/http_priv.h"
#include "net/parked.h"

enum {
    STREAMS = 100, /* libcurl's own bound on the requests of one HTTP/2 connection */
    /* While nobody waits but for an approval, answers may wait for one another, so that a wake-up
     * serves several: for this part of the time that an answer takes, and no longer than this. */
    GATHER_PART = 4,
    GATHER_MS = 20,
    SMOOTH = 8, /* how many answers the usual time is the mean of, roughly */
};

struct io {
    struct cs_http *http;
    struct cs_parked parked;
    struct cs_http_list unnamed, ready, running;
    size_t transfers;  /* as many as `running` has */
    size_t pressing;   /* jobs that are not held: somebody looks on */
    int64_t usual_us;  /* what an answer takes */
    bool multiplexing; /* the last answer came by HTTP/2 */
};

/* The last thing done with a job: its login may be gone right after it. */
static void hand_back(struct io *io, struct cs_http_job *job)
{
    if (!job->held)
        io->pressing--;
    cs_http_easy_release(io->http, job);
    cs_event_set(job->done_fd);
}

/* A login leaves, or is out of time: releases its job, which is not being transferred. */
static void abandon(struct io *io, struct cs_http_job *job, CURLcode code)
{
    cs_http_failure(io->http, job, code);
    job->timed_out = true;
    hand_back(io, job);
}

/* ---- starting ---- */

/* Those whose time has come. */
static void wake_parked(struct io *io)
{
    int64_t now = cs_clock_ms();
    struct cs_http_list due;
    struct cs_http_job *job;

    cs_http_list_init(&due);
    cs_parked_take(&io->parked, now, &due);
    while ((job = due.first) != NULL) {
        cs_http_list_remove(&due, job);
        job->request->hold->asked = now;
        job->begun = cs_meter_now();
        job->sent = job->shortage = false;
        memset(job->tickets, 0, sizeof job->tickets);
        cs_http_list_append(&io->unnamed, job);
    }
}

/* Whether a job that nobody else watches has waited longer than it may, to be started. */
static bool is_late(const struct cs_http_job *job, int64_t limit_ms)
{
    return job->held && cs_clock_ms() >= job->request->hold->asked + limit_ms;
}

/* False: wait for a wake-up. Otherwise the job has its addresses, or `error` is set. */
static bool look_up_names(struct cs_http *http, struct cs_http_job *job)
{
    for (size_t i = 0; i < CS_HTTP_NAMES_MAX && http->names[i] != NULL; i++) {
        struct cs_error why = {0};
        char *entry = NULL;
        enum cs_resolved state = cs_resolver_get(http->names[i], &job->tickets[i], &entry, &why);
        struct curl_slist *longer = NULL;

        if (state == CS_RESOLVED_FAILED) {
            job->result = cs_fail(job->error, why.code, "%s: %s", job->request->what, why.text);
            return true;
        }
        if (state == CS_RESOLVED_READY && entry != NULL)
            longer = curl_slist_append(job->resolve, entry);
        free(entry);
        if (state == CS_RESOLVED_READY && longer == NULL) {
            job->result = cs_fail_nomem(job->error);
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
        if (!look_up_names(io->http, job)) {
            if (is_late(job, io->http->connect_ms)) {
                cs_http_list_remove(&io->unnamed, job);
                abandon(io, job, CURLE_COULDNT_RESOLVE_HOST);
            }
            continue;
        }
        atomic_store(&job->named, true);
        cs_http_list_remove(&io->unnamed, job);
        if (job->result == CS_OK)
            cs_http_list_append(&io->ready, job);
        else
            hand_back(io, job);
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

    while ((job = io->ready.first) != NULL && is_late(job, job->time_ms)) {
        cs_http_list_remove(&io->ready, job);
        abandon(io, job, CURLE_OPERATION_TIMEDOUT);
    }
    while ((job = io->ready.first) != NULL && has_place(io)) {
        cs_http_list_remove(&io->ready, job);
        if (cs_http_easy_make(io->http, job) &&
            curl_multi_add_handle(io->http->multi, job->easy) == CURLM_OK) {
            cs_http_list_append(&io->running, job);
            io->transfers++;
            continue;
        }
        job->result = cs_fail_nomem(job->error);
        hand_back(io, job);
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

static void park_again(struct io *io, struct cs_http_job *job)
{
    if (job->request->hold->meter != NULL)
        cs_meter_add(job->request->hold->meter, job->begun);
    cs_http_easy_release(io->http, job);
    job->header_bytes = 0;
    cs_parked_add(&io->parked, job);
}

static void note_time(struct io *io, CURL *easy)
{
    curl_off_t took = 0;

    if (curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took) == CURLE_OK)
        io->usual_us += (took - io->usual_us) / SMOOTH;
}

static void finish(struct io *io, struct cs_http_job *job, CURLcode code)
{
    struct cs_http *http = io->http;
    long version = 0;
    bool again;

    for (size_t i = 0; i < CS_HTTP_NAMES_MAX && http->names[i] != NULL; i++) {
        if (no_address_answers(job, code))
            cs_resolver_doubt(http->names[i]);
    }
    if (code == CURLE_OK &&
        curl_easy_getinfo(job->easy, CURLINFO_HTTP_VERSION, &version) == CURLE_OK)
        io->multiplexing = version == CURL_HTTP_VERSION_2_0;
    note_time(io, job->easy);
    again = code == CURLE_OK && cs_http_hold_again(http, job);
    if (!again)
        cs_http_easy_finish(http, job, code);
    (void)curl_multi_remove_handle(http->multi, job->easy);
    cs_http_list_remove(&io->running, job);
    io->transfers--;
    if (again)
        park_again(io, job);
    else
        hand_back(io, job);
}

/* Whether any has ended. */
static bool finish_transfers(struct io *io)
{
    CURLMsg *message;
    bool any = false;
    int left;

    while ((message = curl_multi_info_read(io->http->multi, &left)) != NULL) {
        struct cs_http_job *job = NULL;

        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job) == CURLE_OK)
            finish(io, job, message->data.result);
        any = true;
    }
    return any;
}

/* `parked`: what counts the jobs of the list, or NULL. */
static void abandon_waiting(struct io *io, struct cs_http_list *list, struct cs_parked *parked,
                            CURLcode code)
{
    struct cs_http_job *next;

    for (struct cs_http_job *job = list->first; job != NULL; job = next) {
        next = job->next;
        if (!atomic_load(&job->cancelled))
            continue;
        if (parked != NULL)
            cs_parked_remove(parked, list, job);
        else
            cs_http_list_remove(list, job);
        abandon(io, job, code);
    }
}

static void abandon_cancelled(struct io *io)
{
    struct cs_http_job *next;

    for (size_t i = 0; i < CS_PARKED_BEATS; i++)
        abandon_waiting(io, &io->parked.beats[i], &io->parked, CURLE_OPERATION_TIMEDOUT);
    abandon_waiting(io, &io->unnamed, NULL, CURLE_COULDNT_RESOLVE_HOST);
    abandon_waiting(io, &io->ready, NULL, CURLE_OPERATION_TIMEDOUT);
    for (struct cs_http_job *job = io->running.first; job != NULL; job = next) {
        next = job->next;
        if (atomic_load(&job->cancelled))
            finish(io, job, CURLE_OPERATION_TIMEDOUT);
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
        if (job->held) {
            cs_parked_add(&io->parked, job);
        } else {
            io->pressing++;
            cs_http_list_append(&io->unnamed, job);
        }
    }
    *ret_cancelled = http->cancelled;
    http->cancelled = false;
    stop = http->stop;
    pthread_mutex_unlock(&http->lock);
    return !stop;
}

static void advance(struct io *io)
{
    do {
        start_ready(io);
        cs_http_loop_run(&io->http->loop);
    } while (finish_transfers(io)); /* places have become free */
}

/* How long answers may wait for one another. */
static int gather_ms(const struct io *io)
{
    int64_t part = io->usual_us / 1000 / GATHER_PART;

    if (io->pressing > 0 || io->transfers == 0)
        return 0;
    return part < GATHER_MS ? (int)part : GATHER_MS;
}

static void wait_for_more(struct io *io)
{
    bool queued = io->unnamed.first != NULL || io->ready.first != NULL;
    int most = queued && io->parked.ever ? CS_HOLD_BEAT_MS : INT_MAX;
    int64_t now = cs_clock_ms();

    cs_http_loop_wait(&io->http->loop, now + gather_ms(io),
                      now + cs_parked_left(&io->parked, now, most));
}

void *cs_http_io(void *argument)
{
    struct io io = {.http = argument};
    bool cancelled = false;

    cs_parked_init(&io.parked, cs_clock_ms());
    cs_http_list_init(&io.unnamed);
    cs_http_list_init(&io.ready);
    cs_http_list_init(&io.running);
    while (take_inbox(&io, &cancelled)) {
        if (cancelled)
            abandon_cancelled(&io);
        wake_parked(&io);
        name_jobs(&io);
        advance(&io);
        wait_for_more(&io);
    }
    return NULL;
}
