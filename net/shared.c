/* SPDX-License-Identifier: Apache-2.0 */
#include "net/shared.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"

/* A login waiting for another login's request. It lives on the waiting thread's stack and is in the
 * list until it is woken or leaves. */
struct waiter {
    struct waiter *next;
    int event_fd;
    bool failed; /* the request failed with `error`; if false, look again */
    struct cs_error error;
};

struct cs_shared_value {
    void *data;
    unsigned uses;    /* by logins, and one while it is the current value */
    int64_t renew_at; /* cs_clock_ms */
};

struct cs_shared {
    struct cs_shared_settings settings;

    pthread_mutex_t lock; /* for everything below */
    bool fetching;
    struct waiter *waiters; /* the one that has waited longest comes first */
    struct cs_shared_value *current;
};

struct cs_shared *cs_shared_new(const struct cs_shared_settings *settings)
{
    struct cs_shared *shared = calloc(1, sizeof *shared);

    if (shared == NULL)
        return NULL;
    shared->settings = *settings;
    pthread_mutex_init(&shared->lock, NULL);
    return shared;
}

/* With the lock held, or when nobody else has the struct. */
static void release(const struct cs_shared *shared, struct cs_shared_value **value)
{
    if (*value != NULL && --(*value)->uses == 0) {
        shared->settings.free_value((*value)->data);
        free(*value);
    }
    *value = NULL;
}

void cs_shared_free(struct cs_shared **shared)
{
    if (*shared == NULL)
        return;
    release(*shared, &(*shared)->current);
    pthread_mutex_destroy(&(*shared)->lock);
    free(*shared);
    *shared = NULL;
}

/* ---- the waiting logins; all with the lock held ---- */

static void append_waiter(struct cs_shared *shared, struct waiter *waiter)
{
    struct waiter **place = &shared->waiters;

    while (*place != NULL)
        place = &(*place)->next;
    *place = waiter;
}

static void remove_waiter(struct cs_shared *shared, const struct waiter *waiter)
{
    struct waiter **place = &shared->waiters;

    while (*place != NULL && *place != waiter)
        place = &(*place)->next;
    if (*place != NULL)
        *place = waiter->next;
}

static bool is_good(const struct cs_shared *shared)
{
    return shared->current != NULL && cs_clock_ms() < shared->current->renew_at;
}

/* `why` NULL: look again. Setting the event comes last, because the waiter may be gone after it. */
static void wake_first(struct cs_shared *shared, const struct cs_error *why)
{
    struct waiter *waiter = shared->waiters;

    shared->waiters = waiter->next;
    if (why != NULL) {
        waiter->failed = true;
        waiter->error = *why;
    }
    cs_event_set(waiter->event_fd);
}

/* Somebody must make the request as long as anybody is waiting for it. */
static void pass_on(struct cs_shared *shared)
{
    if (!shared->fetching && !is_good(shared) && shared->waiters != NULL)
        wake_first(shared, NULL);
}

/* ---- getting it ---- */

static enum cs_err fetch(struct cs_shared *shared, const struct cs_http_call *call,
                         struct cs_shared_value **ret_value, struct cs_error *error)
{
    struct cs_shared_value *value = calloc(1, sizeof *value);
    int64_t life_ms = 0;
    enum cs_err result;

    if (value == NULL)
        return cs_fail_nomem(error);
    result = shared->settings.fetch(shared->settings.context, call, &value->data, &life_ms, error);
    if (result != CS_OK) {
        free(value);
        return result;
    }
    value->uses = 1;
    value->renew_at = cs_clock_ms() + life_ms;
    *ret_value = value;
    return CS_OK;
}

/* Called with the lock held; released while the request runs. */
static enum cs_err make_request(struct cs_shared *shared, const struct cs_http_call *call,
                                struct cs_error *error)
{
    struct cs_shared_value *value = NULL;
    struct cs_error why = {0};
    enum cs_err result;
    bool mine;

    shared->fetching = true;
    pthread_mutex_unlock(&shared->lock);
    result = fetch(shared, call, &value, &why);
    pthread_mutex_lock(&shared->lock);
    shared->fetching = false;
    if (result == CS_OK) {
        release(shared, &shared->current);
        shared->current = value;
    } else if (error != NULL) {
        *error = why;
    }
    /* This login was given up or ran out of time, which says nothing about the others. */
    mine = result == CS_ERR_HANGUP || (result != CS_OK && cs_clock_left(call->deadline) == 0);
    while (shared->waiters != NULL && !mine)
        wake_first(shared, result != CS_OK ? &why : NULL);
    pass_on(shared);
    return result;
}

/* Called with the lock held; released while waiting. CS_OK: look again. */
static enum cs_err wait_for_request(struct cs_shared *shared, const struct cs_http_call *call,
                                    struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int event_fd = cs_event_new();
    struct waiter waiter = {.event_fd = event_fd};
    enum cs_waited waited;

    if (event_fd < 0)
        return cs_fail_errno(error, "%s: no file descriptor is left", shared->settings.what);
    append_waiter(shared, &waiter);
    pthread_mutex_unlock(&shared->lock);
    waited = cs_event_wait(event_fd, call->cancel_fd, call->deadline);
    pthread_mutex_lock(&shared->lock);
    remove_waiter(shared, &waiter);
    if (waited == CS_WAITED_EVENT && !waiter.failed)
        return CS_OK;
    pass_on(shared); /* it may have been this login's turn */
    if (waited == CS_WAITED_HANGUP)
        return cs_fail(error, CS_ERR_HANGUP, "%s: the login was given up", shared->settings.what);
    if (waited == CS_WAITED_TIME)
        return cs_fail(error, CS_ERR_UNREACHABLE, "%s: no answer in time", shared->settings.what);
    if (error != NULL)
        *error = waiter.error;
    return waiter.error.code;
}

enum cs_err cs_shared_begin(struct cs_shared *shared, const struct cs_http_call *call,
                            struct cs_shared_use *ret_use, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&shared->lock);
    /* The loop ends: each turn waits for a request or makes one, within the deadline. */
    while (result == CS_OK && !is_good(shared))
        result = shared->fetching ? wait_for_request(shared, call, error)
                                  : make_request(shared, call, error);
    if (result == CS_OK) {
        shared->current->uses++;
        *ret_use = (struct cs_shared_use){shared, shared->current};
    }
    pthread_mutex_unlock(&shared->lock);
    return result;
}

void *cs_shared_value(const struct cs_shared_use *use)
{
    return use->value->data;
}

void cs_shared_end(struct cs_shared_use *use)
{
    if (use->value == NULL)
        return;
    pthread_mutex_lock(&use->shared->lock);
    release(use->shared, &use->value);
    pthread_mutex_unlock(&use->shared->lock);
    *use = (struct cs_shared_use){0};
}

/* ---- spoiling it ---- */

static bool is_in_use(const void *value, const void *use)
{
    return value == cs_shared_value(use);
}

void cs_shared_spoil(const struct cs_shared_use *use)
{
    cs_shared_spoil_if(use->shared, is_in_use, use);
}

void cs_shared_spoil_if(struct cs_shared *shared,
                        bool (*matches)(const void *value, const void *context),
                        const void *context)
{
    pthread_mutex_lock(&shared->lock);
    if (shared->current != NULL && matches(shared->current->data, context))
        release(shared, &shared->current);
    pthread_mutex_unlock(&shared->lock);
}
