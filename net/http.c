/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"
#include "base/stack.h"
#include "net/http_memory.h"
#include "net/http_priv.h"
#include "net/http_thread.h"
#include "net/retry.h"

/* ---- opening and closing ---- */

/* Called by the look-up's thread when the look-up has ended. */
static void wake(void *context)
{
    struct cs_http *http = context;

    cs_http_loop_wake(&http->loop);
}

static bool make_name(struct cs_http *http, size_t index, const struct cs_http_endpoint *endpoint)
{
    http->names[index] = cs_resolver_new(endpoint->host, endpoint->port, wake, http);
    return http->names[index] != NULL;
}

/* Only names that libcurl would look up itself: the proxy's, and the server's if it connects
 * directly or the proxy needs an address. */
static bool make_names(struct cs_http *http)
{
    bool proxied = http->proxy.url != NULL;
    size_t count = 0;

    if (proxied && !http->proxy.numeric && !make_name(http, count++, &http->proxy))
        return false;
    if ((!proxied || http->proxy.resolves_target) && !http->server.numeric &&
        !make_name(http, count, &http->server))
        return false;
    return true;
}

static bool set_limits(const struct cs_http *http)
{
    long most = (long)http->max_handles;

    return curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, most) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, most) == CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX) == CURLM_OK;
}

static bool copy_text(char **copy, const char *text)
{
    *copy = text != NULL ? strdup(text) : NULL;
    return text == NULL || *copy != NULL;
}

static bool copy_pem(struct cs_secret *copy, const char *text)
{
    return text == NULL || cs_secret_set(copy, text, strlen(text)) == CS_OK;
}

static enum cs_err open_all(struct cs_http *http, const struct cs_http_settings *settings,
                            struct cs_error *error)
{
    enum cs_err result = cs_http_server_endpoint(settings->base_url, &http->server, error);

    if (result == CS_OK && settings->proxy_set && settings->proxy && settings->proxy[0] != '\0')
        result = cs_http_proxy_endpoint(settings->proxy, &http->proxy, error);
    if (result != CS_OK)
        return result;
    http->multi = curl_multi_init();
    http->share = curl_share_init();
    http->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (http->sha256 == NULL || http->multi == NULL || http->share == NULL || !set_limits(http) ||
        !cs_http_loop_open(&http->loop, http->multi) ||
        curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK ||
        !copy_text(&http->ca_file, settings->ca_file) ||
        !copy_text(&http->ca_path, settings->ca_path) ||
        !copy_pem(&http->certificate, settings->certificate) ||
        !copy_pem(&http->private_key, settings->private_key) || !make_names(http))
        return cs_fail_nomem(error);
    return CS_OK;
}

enum cs_err cs_http_new(const struct cs_http_settings *settings, struct cs_http **ret_http,
                        struct cs_error *error)
{
    enum cs_err result = cs_http_library_init(error);
    struct cs_http *http = NULL;

    if (result != CS_OK)
        return result;
    http = calloc(1, sizeof *http);
    if (http == NULL) {
        cs_http_library_cleanup();
        return cs_fail_nomem(error);
    }
    pthread_mutex_init(&http->lock, NULL);
    cs_http_list_init(&http->inbox);
    http->proxy_tunnel = settings->proxy_tunnel;
    http->max_handles = settings->max_handles > 0 ? settings->max_handles : 1;
    http->total_ms = settings->total_ms;
    http->connect_ms = settings->connect_ms > 0 ? settings->connect_ms : settings->total_ms;
    http->trace = settings->trace;
    result = open_all(http, settings, error);
    if (result != CS_OK) {
        cs_http_free(&http);
        return result;
    }
    *ret_http = http;
    return CS_OK;
}

static void stop_thread(struct cs_http *http)
{
    if (!http->started)
        return;
    pthread_mutex_lock(&http->lock);
    http->stop = true;
    pthread_mutex_unlock(&http->lock);
    cs_http_loop_wake(&http->loop);
    pthread_join(http->thread, NULL);
}

void cs_http_free(struct cs_http **handle)
{
    struct cs_http *http = *handle;

    *handle = NULL;
    if (http == NULL)
        return;
    stop_thread(http);
    for (size_t i = 0; i < http->event_count; i++)
        cs_fd_close(&http->events[i]);
    for (size_t i = 0; i < http->easy_count; i++)
        curl_easy_cleanup(http->easies[i]);
    for (size_t i = 0; i < CS_HTTP_NAMES_MAX; i++)
        cs_resolver_free(&http->names[i]);
    if (http->multi != NULL)
        (void)curl_multi_cleanup(http->multi);
    cs_http_loop_close(&http->loop);
    if (http->share != NULL)
        (void)curl_share_cleanup(http->share);
    EVP_MD_free(http->sha256);
    cs_http_endpoint_free(&http->server);
    cs_http_endpoint_free(&http->proxy);
    free(http->ca_file);
    free(http->ca_path);
    cs_secret_free(&http->certificate);
    cs_secret_free(&http->private_key);
    pthread_mutex_destroy(&http->lock);
    free(http);
    cs_http_library_cleanup();
}

void cs_http_response_free(struct cs_http_response *response)
{
    cs_secret_free(&response->body);
    memset(response, 0, sizeof *response);
}

/* ---- one attempt ---- */

static int take_event(struct cs_http *http)
{
    int event = -1;

    pthread_mutex_lock(&http->lock);
    if (http->event_count > 0)
        event = http->events[--http->event_count];
    pthread_mutex_unlock(&http->lock);
    return event >= 0 ? event : cs_event_new();
}

/* cs_event_take has reset it, so the next job finds it clear. */
static void keep_event(struct cs_http *http, int *event)
{
    pthread_mutex_lock(&http->lock);
    if (http->event_count < CS_HTTP_EVENTS) {
        http->events[http->event_count++] = *event;
        *event = -1;
    }
    pthread_mutex_unlock(&http->lock);
}

/* Hands the job to the I/O thread, which the first job starts. */
static enum cs_err submit(struct cs_http *http, struct cs_http_job *job, struct cs_error *error)
{
    bool first;

    pthread_mutex_lock(&http->lock);
    if (!http->started)
        http->started = cs_http_thread_start(cs_http_io, http, &http->thread);
    if (!http->started) {
        pthread_mutex_unlock(&http->lock);
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: cannot start a thread; raise the limit on threads", job->request->what);
    }
    first = http->inbox.first == NULL;
    cs_http_list_append(&http->inbox, job);
    pthread_mutex_unlock(&http->lock);
    if (first) /* otherwise its wake-up is already on the way */
        cs_http_loop_wake(&http->loop);
    return CS_OK;
}

/* Returns when the I/O thread has released the job, which is soon, because that thread never
 * blocks. */
static void take_back(struct cs_http *http, struct cs_http_job *job)
{
    atomic_store(&job->cancelled, true);
    pthread_mutex_lock(&http->lock);
    http->cancelled = true;
    pthread_mutex_unlock(&http->lock);
    cs_http_loop_wake(&http->loop);
    cs_event_take(job->done_fd);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* libcurl limits the time of a transfer; the time of the look-up before it is limited here. What
 * the I/O thread does by itself, it limits by itself. */
static enum cs_waited await(const struct cs_http *http, struct cs_http_job *job)
{
    int64_t now = cs_clock_ms();
    int64_t until = earlier(job->call->deadline, now + job->time_ms);
    int64_t named = earlier(until, now + (int64_t)http->connect_ms);
    enum cs_waited waited;

    if (job->held) {
        cs_stack_give_back();
        return cs_event_wait_silent(job->done_fd, job->call->cancel_fd, job->call->deadline);
    }
    waited = cs_event_wait(job->done_fd, job->call->cancel_fd, named);
    if (waited == CS_WAITED_TIME && atomic_load(&job->named))
        waited = cs_event_wait(job->done_fd, job->call->cancel_fd, until);
    return waited;
}

static enum cs_err run(struct cs_http *http, struct cs_http_job *job, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int done_fd = take_event(http);
    enum cs_waited waited;
    enum cs_err result;

    if (done_fd < 0)
        return cs_fail_errno(error, "%s: no file descriptor is left", job->request->what);
    job->done_fd = done_fd;
    job->error = error;
    result = submit(http, job, error);
    if (result != CS_OK)
        return result;
    waited = await(http, job);
    if (waited != CS_WAITED_EVENT)
        take_back(http, job);
    else
        cs_event_take(done_fd);
    keep_event(http, &done_fd);
    if (waited == CS_WAITED_HANGUP) {
        cs_http_response_free(&job->response);
        return cs_fail(error, CS_ERR_HANGUP, "%s: the login was given up", job->request->what);
    }
    return job->result;
}

static enum cs_err attempt(struct cs_http *http, const struct cs_http_call *call,
                           const struct cs_http_request *request, bool held,
                           struct cs_http_response *ret_response,
                           struct cs_attempted *ret_attempted, struct cs_error *error)
{
    struct cs_http_job job = {.call = call, .request = request, .held = held, .done_fd = -1};
    int64_t left = cs_clock_left(call->deadline);
    unsigned most = request->total_ms > 0 ? request->total_ms : http->total_ms;
    struct cs_error why = {0};

    *ret_attempted = (struct cs_attempted){.result = CS_ERR_UNREACHABLE, .timed_out = true};
    if (left == 0)
        return cs_fail(error, CS_ERR_UNREACHABLE, "%s: no time is left", request->what);
    job.time_ms = (long)earlier(left, most > 0 ? most : left);
    if (held) {
        job.time_ms = (long)earlier(job.time_ms, request->hold->limit_ms);
        job.due = cs_hold_next(request->hold->asked, request->hold->every_ms);
    }
    cs_trace_request(http->trace, http->server.url, request->method,
                     request->shown != NULL ? request->shown : request->target,
                     request->bearer != NULL || request->basic != NULL, request->content_type,
                     request->body);
    ret_attempted->result = run(http, &job, &why);
    if (request->sent != NULL && job.sent)
        *request->sent = true;
    ret_attempted->timed_out = job.timed_out;
    ret_attempted->status = job.response.status;
    ret_attempted->retry_after_ms = job.response.retry_after_ms;
    if (ret_attempted->result != CS_OK) {
        cs_trace_failure(http->trace, why.text);
        if (error != NULL)
            *error = why;
        return ret_attempted->result;
    }
    cs_trace_response(http->trace, request->what, job.response.status, job.response.content_type,
                      &job.response.body);
    *ret_response = job.response;
    return CS_OK;
}

/* ---- a request ---- */

/* Printable ASCII only: a line end could add a header. */
static bool may_be_sent(const char *text, char lowest)
{
    for (; text != NULL && *text != '\0'; text++) {
        if (*text < lowest || *text > '~')
            return false;
    }
    return true;
}

/* Credentials go into a header, too. */
static bool is_header_word(const struct cs_secret *secret)
{
    return secret == NULL || (secret->data != NULL && strlen(secret->data) == secret->length &&
                              may_be_sent(secret->data, '!'));
}

static enum cs_err check_request(const struct cs_http_call *call,
                                 const struct cs_http_request *request, struct cs_error *error)
{
    if (request->target[0] == '/' && may_be_sent(request->target, '!') &&
        may_be_sent(request->method, 'A') && may_be_sent(request->content_type, ' ') &&
        may_be_sent(request->accept, ' ') && may_be_sent(call->language, ' ') &&
        is_header_word(request->bearer) && is_header_word(request->basic))
        return CS_OK;
    return cs_fail(error, CS_ERR_INPUT, "%s: the request contains bytes that cannot be sent",
                   request->what);
}

/* One attempt, or as many as change nothing. After a held one, `call` has the time that is left of
 * the last one's. */
static enum cs_err attempt_first(struct cs_http *http, struct cs_http_call *call,
                                 const struct cs_http_request *request,
                                 struct cs_http_response *ret_response,
                                 struct cs_attempted *ret_attempted, struct cs_error *error)
{
    struct cs_hold *hold = request->hold;
    bool held = hold != NULL && hold->waits && hold->known;
    enum cs_err result;

    if (hold != NULL)
        hold->waits = hold->known = false;
    result = attempt(http, call, request, held, ret_response, ret_attempted, error);
    if (held)
        call->deadline = earlier(call->deadline, hold->asked + hold->limit_ms);
    return result;
}

/* A trace has every request and answer, in the order in which they came, so there the login asks
 * itself. So does one whose hang-up only its channel notices. */
static void note_answer(const struct cs_http *http, const struct cs_http_call *call,
                        const struct cs_http_request *request,
                        const struct cs_http_response *response)
{
    if (request->hold != NULL && http->trace == NULL && call->cancel_fd >= 0)
        cs_http_hold_note(http, request->hold, response);
}

enum cs_err cs_http_perform(struct cs_http *http, const struct cs_http_call *login_call,
                            const struct cs_http_request *request,
                            struct cs_http_response *ret_response, struct cs_error *error)
{
    struct cs_http_call call = *login_call;
    struct cs_http_response response = {0};
    struct cs_attempted attempted = {0};
    enum cs_err result = check_request(&call, request, error);
    int64_t pause;

    if (result != CS_OK)
        return result;
    result = attempt_first(http, &call, request, &response, &attempted, error);
    pause = cs_retry_pause(&attempted, request->idempotent, cs_clock_left(call.deadline));
    if (pause >= 0 && !request->once) {
        cs_http_response_free(&response);
        if (cs_event_wait(-1, call.cancel_fd, cs_clock_ms() + pause) == CS_WAITED_HANGUP)
            return cs_fail(error, CS_ERR_HANGUP, "%s: the login was given up", request->what);
        result = attempt(http, &call, request, false, &response, &attempted, error);
    }
    if (result != CS_OK)
        return result;
    note_answer(http, &call, request, &response);
    *ret_response = response;
    return CS_OK;
}
