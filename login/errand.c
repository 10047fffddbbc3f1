/* SPDX-License-Identifier: Apache-2.0 */
#include "login/errand.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { STACK_BYTES = 256 * 1024 };

struct cs_errands {
    pthread_mutex_t lock;
    unsigned holders; /* the owner, and each thread */
    unsigned threads;
    struct cs_errand *first, **end; /* queued for a thread */
    struct cs_errand *running[CS_ERRANDS_MAX];
};

struct cs_errand {
    struct cs_errands *errands;
    const struct cs_errand_kind *kind;
    void *data;
    int done_fd;
    unsigned holders; /* the caller, and the queue or the thread */
    bool done;
    int64_t since; /* cs_clock_ms */
    struct cs_errand *next;
};

struct cs_errands *cs_errands_new(void)
{
    struct cs_errands *errands = calloc(1, sizeof *errands);

    if (errands == NULL)
        return NULL;
    pthread_mutex_init(&errands->lock, NULL);
    errands->holders = 1;
    errands->end = &errands->first;
    return errands;
}

/* Called with the lock held; the last holder destroys it. */
static void let_go(struct cs_errands *errands)
{
    bool last = --errands->holders == 0;

    pthread_mutex_unlock(&errands->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&errands->lock);
    free(errands);
}

void cs_errands_free(struct cs_errands **errands)
{
    if (*errands == NULL)
        return;
    pthread_mutex_lock(&(*errands)->lock);
    let_go(*errands);
    *errands = NULL;
}

bool cs_errands_stuck(struct cs_errands *errands, int ms)
{
    int64_t now = cs_clock_ms();
    bool stuck;

    pthread_mutex_lock(&errands->lock);
    stuck = errands->first != NULL && now - errands->first->since > ms;
    for (unsigned i = 0; i < CS_ERRANDS_MAX && !stuck; i++)
        stuck = errands->running[i] != NULL && now - errands->running[i]->since > ms;
    pthread_mutex_unlock(&errands->lock);
    return stuck;
}

static void free_errand(struct cs_errand *errand)
{
    errand->kind->free(errand->data);
    cs_fd_close(&errand->done_fd);
    free(errand);
}

/* ---- threads; the lock is held unless a comment says otherwise ---- */

/* Takes the first in the queue, and finds it a place among those in progress. */
static struct cs_errand *take_first(struct cs_errands *errands, unsigned *ret_place)
{
    struct cs_errand *errand = errands->first;

    if (errand == NULL)
        return NULL;
    errands->first = errand->next;
    if (errands->first == NULL)
        errands->end = &errands->first;
    while (errands->running[*ret_place] != NULL) /* there are as many places as threads */
        *ret_place = (*ret_place + 1) % CS_ERRANDS_MAX;
    errands->running[*ret_place] = errand;
    return errand;
}

/* Returns whether nobody wants it any more. */
static bool finish(struct cs_errand *errand)
{
    errand->done = true;
    cs_event_set(errand->done_fd);
    return --errand->holders == 0;
}

/* The only function that may hang. It holds no lock meanwhile. */
static void *work(void *argument)
{
    struct cs_errands *errands = argument;
    struct cs_errand *errand;
    unsigned place = 0;

    pthread_mutex_lock(&errands->lock);
    while ((errand = take_first(errands, &place)) != NULL) {
        bool unwanted;

        pthread_mutex_unlock(&errands->lock);
        errand->kind->run(errand->data);
        pthread_mutex_lock(&errands->lock);
        errands->running[place] = NULL;
        unwanted = finish(errand);
        if (!unwanted)
            continue;
        pthread_mutex_unlock(&errands->lock);
        free_errand(errand);
        pthread_mutex_lock(&errands->lock);
    }
    errands->threads--;
    let_go(errands);
    return NULL;
}

/* False if there is no thread that will ever take work from the queue. */
static bool ensure_thread(struct cs_errands *errands)
{
    pthread_attr_t attributes;
    pthread_t thread;

    if (errands->threads == CS_ERRANDS_MAX)
        return true;
    if (pthread_attr_init(&attributes) != 0)
        return errands->threads > 0;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, work, errands) == 0) {
        errands->threads++;
        errands->holders++;
    }
    pthread_attr_destroy(&attributes);
    return errands->threads > 0;
}

static void append(struct cs_errands *errands, struct cs_errand *errand)
{
    *errands->end = errand;
    errands->end = &errand->next;
}

/* Takes it out of the queue, unless a thread has started on it. */
static bool withdraw(struct cs_errands *errands, struct cs_errand *errand)
{
    for (struct cs_errand **at = &errands->first; *at != NULL; at = &(*at)->next) {
        if (*at != errand)
            continue;
        *at = errand->next;
        if (errands->end == &errand->next)
            errands->end = at;
        return true;
    }
    return false;
}

/* ---- callers ---- */

static struct cs_errand *new_errand(struct cs_errands *errands, const struct cs_errand_kind *kind,
                                    void *data)
{
    struct cs_errand *errand = calloc(1, sizeof *errand);

    if (errand == NULL) {
        kind->free(data);
        return NULL;
    }
    *errand = (struct cs_errand){.errands = errands,
                                 .kind = kind,
                                 .data = data,
                                 .done_fd = cs_event_new(),
                                 .holders = 2,
                                 .since = cs_clock_ms()};
    if (errand->done_fd < 0) {
        free_errand(errand);
        return NULL;
    }
    return errand;
}

enum cs_err cs_errand_start(struct cs_errands *errands, const struct cs_errand_kind *kind,
                            void *data, struct cs_errand **ret_errand, struct cs_error *error)
{
    struct cs_errand *errand = new_errand(errands, kind, data);
    bool started;

    if (errand == NULL)
        return cs_fail(error, CS_ERR_UNRESOLVED, "no memory or descriptor for a look-up");
    pthread_mutex_lock(&errands->lock);
    append(errands, errand);
    started = ensure_thread(errands) || !withdraw(errands, errand);
    pthread_mutex_unlock(&errands->lock);
    if (!started) {
        free_errand(errand);
        return cs_fail(error, CS_ERR_UNRESOLVED, "no thread can be started for a look-up");
    }
    *ret_errand = errand;
    return CS_OK;
}

static bool is_done(struct cs_errand *errand)
{
    bool done;

    pthread_mutex_lock(&errand->errands->lock);
    done = errand->done;
    pthread_mutex_unlock(&errand->errands->lock);
    return done;
}

/* The lock, not the event, makes the thread's work visible here. */
enum cs_waited cs_errand_wait(struct cs_errand *errand, int cancel_fd, int64_t until)
{
    enum cs_waited waited = CS_WAITED_EVENT;

    if (!is_done(errand))
        waited = cs_event_wait(errand->done_fd, cancel_fd, until);
    return is_done(errand) ? CS_WAITED_EVENT : waited;
}

void *cs_errand_data(struct cs_errand *errand)
{
    return errand->data;
}

void cs_errand_release(struct cs_errand **errand)
{
    struct cs_errand *unwanted = *errand;
    struct cs_errands *errands;
    bool last;

    *errand = NULL;
    if (unwanted == NULL)
        return;
    errands = unwanted->errands;
    pthread_mutex_lock(&errands->lock);
    unwanted->holders -= withdraw(errands, unwanted);
    last = --unwanted->holders == 0;
    pthread_mutex_unlock(&errands->lock);
    if (last)
        free_errand(unwanted);
}
