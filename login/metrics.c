/* SPDX-License-Identifier: Apache-2.0 */
#include "login/metrics.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "providers/kind.h"

enum { ENDINGS = 1024, SERVICE_SIZE = 32 };

static const char other[] = "other";

struct cs_metrics {
    struct cs_meter logins, waits;
    struct cs_metrics_answers answers;
    struct cs_metered calls[CS_PROVIDER_KINDS_MAX][CS_METERED_CALLS];
    int64_t started;
    pthread_mutex_t mutex; /* guards the members below */
    char services[CS_METRICS_SERVICES][SERVICE_SIZE];
    unsigned service_count;
    struct cs_metrics_ending endings[ENDINGS]; /* by a hash of what they have in common */
    unsigned ending_count;
};

struct cs_metrics *cs_metrics_new(void)
{
    struct cs_metrics *metrics = calloc(1, sizeof *metrics);

    if (metrics == NULL)
        return NULL;
    pthread_mutex_init(&metrics->mutex, NULL);
    metrics->started = cs_clock_seconds();
    return metrics;
}

void cs_metrics_free(struct cs_metrics **metrics)
{
    if (*metrics != NULL)
        pthread_mutex_destroy(&(*metrics)->mutex);
    free(*metrics);
    *metrics = NULL;
}

struct cs_meter *cs_metrics_waits(struct cs_metrics *metrics)
{
    return &metrics->waits;
}

struct cs_metered *cs_metrics_call(struct cs_metrics *metrics, unsigned kind_row,
                                   enum cs_metered_call call)
{
    return &metrics->calls[kind_row][call];
}

const struct cs_metrics_answers *cs_metrics_answers(const struct cs_metrics *metrics)
{
    return &metrics->answers;
}

const struct cs_meter *cs_metrics_logins(const struct cs_metrics *metrics)
{
    return &metrics->logins;
}

int64_t cs_metrics_started(const struct cs_metrics *metrics)
{
    return metrics->started;
}

/* Only root's programs add services: anybody else could use them up with names of their own. */
static const char *service_of(struct cs_metrics *metrics, const struct cs_audit *audit)
{
    const char *name = audit->service;
    size_t length = name != NULL ? strnlen(name, SERVICE_SIZE) : SERVICE_SIZE;

    for (unsigned i = 0; i < metrics->service_count && length < SERVICE_SIZE; i++) {
        if (strcmp(metrics->services[i], name) == 0)
            return metrics->services[i];
    }
    if (length == 0 || length == SERVICE_SIZE || audit->peer_uid != 0 ||
        metrics->service_count == CS_METRICS_SERVICES || !cs_is_clean(name, length))
        return other;
    memcpy(metrics->services[metrics->service_count], name, length + 1);
    return metrics->services[metrics->service_count++];
}

static bool is_same(const struct cs_metrics_ending *a, const struct cs_metrics_ending *b)
{
    return a->service == b->service && a->method == b->method && a->verdict == b->verdict &&
           a->reason == b->reason && a->account_phase == b->account_phase;
}

/* The texts are constants, or the metrics' own, so that their addresses say which they are. */
static size_t hash_of(const struct cs_metrics_ending *ending)
{
    uintptr_t hash = (uintptr_t)ending->service;

    hash = hash * 31 + (uintptr_t)ending->method;
    hash = hash * 31 + (uintptr_t)ending->verdict;
    hash = hash * 31 + (uintptr_t)ending->reason + ending->account_phase;
    return (size_t)(hash ^ hash >> 17);
}

/* The place of the ending, new or not. A quarter stays free, so that a search ends soon. */
static struct cs_metrics_ending *find_ending(struct cs_metrics *metrics,
                                             const struct cs_metrics_ending *wanted)
{
    struct cs_metrics_ending last = {.service = other,
                                     .method = other,
                                     .verdict = wanted->verdict,
                                     .reason = other,
                                     .account_phase = wanted->account_phase};

    for (size_t at = hash_of(wanted);; at++) {
        struct cs_metrics_ending *ending = &metrics->endings[at % ENDINGS];

        if (ending->service != NULL && is_same(ending, wanted))
            return ending;
        if (ending->service != NULL)
            continue;
        if (metrics->ending_count >= ENDINGS / 4 * 3 && !is_same(wanted, &last))
            return find_ending(metrics, &last);
        *ending = *wanted;
        metrics->ending_count++;
        return ending;
    }
}

static void add(_Atomic uint64_t *counter, uint64_t number)
{
    if (number > 0)
        atomic_fetch_add_explicit(counter, number, memory_order_relaxed);
}

static void count_answers(struct cs_metrics *metrics, const struct cs_audit *audit)
{
    add(&metrics->answers.prompts, audit->answers);
    for (size_t i = 0; i < CS_ACCEPTED_MAX; i++)
        add(&metrics->answers.accepted, audit->tally.accepted[i] != CS_REASON_NONE);
    for (size_t i = 0; i < CS_REFUSED_KINDS; i++)
        add(&metrics->answers.refused[i], audit->tally.refused[i]);
}

void cs_metrics_login(struct cs_metrics *metrics, const struct cs_audit *audit, const char *method)
{
    struct cs_metrics_ending ending = {.method = method,
                                       .verdict = audit->verdict,
                                       .reason = cs_reason_name(audit->reason),
                                       .account_phase = audit->account_phase};

    count_answers(metrics, audit);
    if (!audit->account_phase)
        cs_meter_add(&metrics->logins, cs_meter_now() - audit->milliseconds * 1000);
    pthread_mutex_lock(&metrics->mutex);
    ending.service = service_of(metrics, audit);
    find_ending(metrics, &ending)->count++;
    pthread_mutex_unlock(&metrics->mutex);
}

void cs_metrics_endings(struct cs_metrics *metrics,
                        void (*visit)(const struct cs_metrics_ending *ending, void *context),
                        void *context)
{
    pthread_mutex_lock(&metrics->mutex);
    for (size_t i = 0; i < ENDINGS; i++) {
        if (metrics->endings[i].service != NULL)
            visit(&metrics->endings[i], context);
    }
    pthread_mutex_unlock(&metrics->mutex);
}
