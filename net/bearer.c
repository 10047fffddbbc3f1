/* SPDX-License-Identifier: Apache-2.0 */
#include "net/bearer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"
#include "base/strlist.h"

static const char default_path[] = "/v1.0/endpoint/default/token";

/* A login waiting for another login's request. It lives on the waiting thread's stack and is in the
 * cache's list until it is woken or leaves. */
struct waiter {
    struct waiter *next;
    int event_fd;
    bool failed; /* the request failed with `error`; if false, look again */
    struct cs_error error;
};

struct cs_bearer_cache {
    struct cs_http *http;
    char *path, *client_id;
    struct cs_secret client_secret;

    pthread_mutex_t lock; /* for everything below */
    bool fetching;
    struct waiter *waiters; /* the one that has waited longest comes first */
    struct cs_secret token; /* empty: none */
    int64_t renew_at;       /* cs_clock_ms */
};

struct cs_bearer_cache *cs_bearer_cache_new(struct cs_http *http,
                                            const struct cs_bearer_settings *settings)
{
    struct cs_bearer_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL)
        return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    cache->http = http;
    cache->path = strdup(settings->path != NULL ? settings->path : default_path);
    cache->client_id = strdup(settings->client_id);
    if (cache->path == NULL || cache->client_id == NULL ||
        cs_secret_set(&cache->client_secret, settings->client_secret->data,
                      settings->client_secret->length) != CS_OK)
        cs_bearer_cache_free(&cache);
    return cache;
}

void cs_bearer_cache_free(struct cs_bearer_cache **cache)
{
    if (*cache == NULL)
        return;
    pthread_mutex_destroy(&(*cache)->lock);
    free((*cache)->path);
    free((*cache)->client_id);
    cs_secret_free(&(*cache)->client_secret);
    cs_secret_free(&(*cache)->token);
    free(*cache);
    *cache = NULL;
}

/* ---- the request ---- */

static enum cs_err fetch(const struct cs_bearer_cache *cache, const struct cs_http_call *call,
                         struct cs_secret *ret_token, int64_t *ret_life, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret form = {0};
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    /* A second token does no harm, so a retry is safe. */
    const struct cs_http_request request = {.method = "POST",
                                            .target = cache->path,
                                            .content_type = "application/x-www-form-urlencoded",
                                            .accept = "application/json",
                                            .body = &form,
                                            .idempotent = true,
                                            .what = "the token request"};
    enum cs_err result = cs_bearer_form(cache->client_id, &cache->client_secret, &form, error);

    if (result == CS_OK)
        result = cs_http_perform(cache->http, call, &request, &response, error);
    if (result == CS_OK)
        result = cs_bearer_read(response.status, response.body.data, response.body.length,
                                ret_token, ret_life, error);
    return result;
}

/* ---- the waiting logins; all with the lock held ---- */

static void append_waiter(struct cs_bearer_cache *cache, struct waiter *waiter)
{
    struct waiter **place = &cache->waiters;

    while (*place != NULL)
        place = &(*place)->next;
    *place = waiter;
}

static void remove_waiter(struct cs_bearer_cache *cache, const struct waiter *waiter)
{
    struct waiter **place = &cache->waiters;

    while (*place != NULL && *place != waiter)
        place = &(*place)->next;
    if (*place != NULL)
        *place = waiter->next;
}

static bool is_good(const struct cs_bearer_cache *cache)
{
    return cache->token.data != NULL && cs_clock_ms() < cache->renew_at;
}

/* `why` NULL: look again. Setting the event comes last, because the waiter may be gone after it. */
static void wake_first(struct cs_bearer_cache *cache, const struct cs_error *why)
{
    struct waiter *waiter = cache->waiters;

    cache->waiters = waiter->next;
    if (why != NULL) {
        waiter->failed = true;
        waiter->error = *why;
    }
    cs_event_set(waiter->event_fd);
}

/* Somebody must make the request as long as anybody is waiting for it. */
static void pass_on(struct cs_bearer_cache *cache)
{
    if (!cache->fetching && !is_good(cache) && cache->waiters != NULL)
        wake_first(cache, NULL);
}

/* ---- getting one ---- */

static void keep(struct cs_bearer_cache *cache, struct cs_secret *token, int64_t life)
{
    int64_t life_ms = life * 1000;
    int64_t margin = life_ms / CS_BEARER_MARGIN_SHARE;

    if (margin > CS_BEARER_MARGIN_MS)
        margin = CS_BEARER_MARGIN_MS;
    cs_secret_free(&cache->token);
    cache->token = *token;
    cache->renew_at = cs_clock_ms() + life_ms - margin;
    *token = (struct cs_secret){0};
}

/* Called with the lock held; released while the request runs. */
static enum cs_err make_request(struct cs_bearer_cache *cache, const struct cs_http_call *call,
                                struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret token = {0};
    struct cs_error why = {0};
    int64_t life = 0;
    enum cs_err result;
    bool mine;

    cache->fetching = true;
    pthread_mutex_unlock(&cache->lock);
    result = fetch(cache, call, &token, &life, &why);
    pthread_mutex_lock(&cache->lock);
    cache->fetching = false;
    if (result == CS_OK)
        keep(cache, &token, life);
    else if (error != NULL)
        *error = why;
    /* This login was given up or ran out of time, which says nothing about the others. */
    mine = result == CS_ERR_HANGUP || (result != CS_OK && cs_clock_left(call->deadline) == 0);
    while (cache->waiters != NULL && !mine)
        wake_first(cache, result != CS_OK ? &why : NULL);
    pass_on(cache);
    return result;
}

/* Called with the lock held; released while waiting. CS_OK: look again. */
static enum cs_err wait_for_request(struct cs_bearer_cache *cache, const struct cs_http_call *call,
                                    struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int event_fd = cs_event_new();
    struct waiter waiter = {.event_fd = event_fd};
    enum cs_waited waited;

    if (event_fd < 0)
        return cs_fail_errno(error, "the token: no file descriptor is left");
    append_waiter(cache, &waiter);
    pthread_mutex_unlock(&cache->lock);
    waited = cs_event_wait(event_fd, call->cancel_fd, call->deadline);
    pthread_mutex_lock(&cache->lock);
    remove_waiter(cache, &waiter);
    if (waited == CS_WAITED_EVENT && !waiter.failed)
        return CS_OK;
    pass_on(cache); /* it may have been this login's turn */
    if (waited == CS_WAITED_HANGUP)
        return cs_fail(error, CS_ERR_HANGUP, "the token: the login was given up");
    if (waited == CS_WAITED_TIME)
        return cs_fail(error, CS_ERR_UNREACHABLE, "the token: no answer in time");
    if (error != NULL)
        *error = waiter.error;
    return waiter.error.code;
}

enum cs_err cs_bearer_get(struct cs_bearer_cache *cache, const struct cs_http_call *call,
                          struct cs_secret *ret_token, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&cache->lock);
    /* The loop ends: each turn waits for a request or makes one, within the deadline. */
    while (result == CS_OK && !is_good(cache))
        result = cache->fetching ? wait_for_request(cache, call, error)
                                 : make_request(cache, call, error);
    if (result == CS_OK && cs_secret_set(ret_token, cache->token.data, cache->token.length))
        result = cs_fail_nomem(error);
    pthread_mutex_unlock(&cache->lock);
    return result;
}

void cs_bearer_drop(struct cs_bearer_cache *cache, const struct cs_secret *token)
{
    pthread_mutex_lock(&cache->lock);
    if (cache->token.data != NULL && token->data != NULL && cache->token.length == token->length &&
        cs_equal_ct(cache->token.data, token->data, token->length))
        cs_secret_free(&cache->token);
    pthread_mutex_unlock(&cache->lock);
}
