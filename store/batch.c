/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins that are ready together share one commit, which on many disks takes longer than all they
 * do. No thread is kept for it: whoever comes while nobody leads becomes the leader, waits for the
 * locks, does the work of all who have come by then, commits once, gives the locks back, waits for
 * the disk, and tells each its result. Whoever comes meanwhile waits for the next batch, which one
 * of them leads; but nobody waits for a disk that writes for others. Alone, a login does just what
 * it would do by itself.
 *
 * Readers come first in a batch, so that they see only what was committed.
 */
#include <time.h>

#include "base/clock.h"
#include "store/store_priv.h"

enum { BATCH_MAX = 64 }; /* bounds how long others, and other processes, wait */

struct batch {
    struct cs_transaction transaction;
    struct {
        struct cs_store_job *jobs[BATCH_MAX];
        size_t count;
    } sorts[CS_STORE_ACCESSES];
};

/* ---- the queue ---- */

static void append(struct cs_store *store, struct cs_store_job *job)
{
    struct cs_store_job **last = &store->jobs;

    while (*last != NULL)
        last = &(*last)->next;
    *last = job;
}

static void withdraw(struct cs_store *store, const struct cs_store_job *job)
{
    struct cs_store_job **at = &store->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
}

/* Waits until somebody else did the job, or this thread is to lead. False at the deadline, unless
 * the job is being done. */
static bool wait_for_turn(struct cs_store *store, struct cs_store_job *job, int64_t deadline)
{
    const struct timespec until = {deadline / 1000, deadline % 1000 * 1000000};

    while (!job->done && !job->leads) {
        if (job->taken)
            pthread_cond_wait(&job->changed, &store->mutex);
        else if (pthread_cond_timedwait(&job->changed, &store->mutex, &until) != 0 && !job->taken &&
                 !job->leads)
            return false;
    }
    return true;
}

/* The first of those who wait leads the next batch. */
static void pass_on(struct cs_store *store)
{
    pthread_mutex_lock(&store->mutex);
    store->led = store->jobs != NULL;
    if (store->led) {
        store->jobs->leads = true;
        pthread_cond_signal(&store->jobs->changed);
    }
    pthread_mutex_unlock(&store->mutex);
}

static void take_all(struct cs_store *store, struct batch *batch)
{
    size_t count = 0;

    pthread_mutex_lock(&store->mutex);
    for (; store->jobs != NULL && count < BATCH_MAX; store->jobs = store->jobs->next, count++) {
        enum cs_store_access access = store->jobs->access;

        store->jobs->taken = true;
        batch->sorts[access].jobs[batch->sorts[access].count++] = store->jobs;
    }
    pthread_mutex_unlock(&store->mutex);
}

/* The job is gone as soon as its thread knows that it is done. */
static void tell(struct cs_store *store, struct cs_store_job *job)
{
    pthread_mutex_lock(&store->mutex);
    job->done = true;
    pthread_cond_signal(&job->changed);
    pthread_mutex_unlock(&store->mutex);
}

/* ---- a batch ---- */

static void do_job(struct batch *batch, struct cs_store_job *job)
{
    job->result = job->work(&batch->transaction, job->context, job->error);
}

/* A failure undoes this job's part only. CS_ERR_STORE if that is impossible: for some errors (a
 * full disk) SQLite undoes the whole transaction. */
static enum cs_err do_part(struct batch *batch, struct cs_store_job *job, struct cs_error *error)
{
    static const char savepoint[] = "SAVEPOINT part", keep[] = "RELEASE part";
    struct cs_store *store = batch->transaction.store;
    enum cs_err result = cs_sql_do(store, savepoint, error);

    if (result != CS_OK)
        return result;
    do_job(batch, job);
    if (job->result == CS_OK)
        return cs_sql_do(store, keep, error);
    cs_sql_reset_all(store);
    if (sqlite3_get_autocommit(store->db) != 0)
        return cs_fail(error, CS_ERR_STORE, "%s: %s", store->path,
                       job->error != NULL ? job->error->text : "a write failed");
    return cs_sql_exec(store, "ROLLBACK TO part; RELEASE part", error);
}

/* For some errors of reading, too, SQLite undoes the transaction; what is written without one is
 * committed at once. */
static enum cs_err check_begun(const struct batch *batch, struct cs_error *error)
{
    const struct cs_store *store = batch->transaction.store;

    return sqlite3_get_autocommit(store->db) == 0
               ? CS_OK
               : cs_fail(error, CS_ERR_STORE,
                         "%s: SQLite has undone the transaction after an error of another login; "
                         "run 'countersign check'",
                         store->path);
}

/* Runs what changes the store, and commits it, but for the sync (*ret_log, if anything was
 * written). An error is every writer's. */
static enum cs_err write_all(struct batch *batch, int *ret_log, struct cs_error *error)
{
    struct cs_store_job *const *jobs = batch->sorts[CS_STORE_WRITE].jobs;
    size_t count = batch->sorts[CS_STORE_WRITE].count, good = 0;
    enum cs_err result = check_begun(batch, error);

    for (size_t i = 0; i < count && result == CS_OK; i++) {
        if (count == 1)
            do_job(batch, jobs[i]);
        else
            result = do_part(batch, jobs[i], error);
        good += jobs[i]->result == CS_OK;
    }
    return result == CS_OK && good > 0 ? cs_store_write(&batch->transaction, ret_log, error)
                                       : result;
}

static void fail_writer(struct cs_store_job *job, const struct cs_error *why)
{
    if (job->result == CS_OK)
        job->result = cs_fail(job->error, why->code, "%s", why->text);
}

static void run_batch(struct cs_store *store, struct batch *batch)
{
    struct cs_error error = {0};
    enum cs_err result;
    int log = -1;

    for (size_t i = 0; i < batch->sorts[CS_STORE_READ].count; i++) {
        do_job(batch, batch->sorts[CS_STORE_READ].jobs[i]);
        tell(store, batch->sorts[CS_STORE_READ].jobs[i]);
    }
    result = write_all(batch, &log, &error);
    cs_store_end(&batch->transaction);
    pass_on(store);
    if (log >= 0)
        result = cs_store_sync(store, &log, &error);
    for (size_t i = 0; i < batch->sorts[CS_STORE_WRITE].count; i++) {
        if (result != CS_OK)
            fail_writer(batch->sorts[CS_STORE_WRITE].jobs[i], &error);
        tell(store, batch->sorts[CS_STORE_WRITE].jobs[i]);
    }
}

/* Without the locks, or without the store, only this job fails: each waits until its own deadline,
 * and whoever is next tries again. */
static void lead(struct cs_store *store, struct cs_store_job *job, int64_t deadline)
{
    struct batch batch = {0};

    job->result = cs_store_begin_until(store, deadline, &batch.transaction, job->error);
    if (job->result == CS_OK) {
        take_all(store, &batch);
        run_batch(store, &batch);
    } else {
        pthread_mutex_lock(&store->mutex);
        withdraw(store, job);
        pthread_mutex_unlock(&store->mutex);
        pass_on(store);
    }
}

enum cs_err cs_store_run(struct cs_store *store, enum cs_store_access access, cs_store_work *work,
                         void *context, struct cs_error *error)
{
    int64_t deadline = cs_clock_ms() + CS_LOCK_WAIT_MS;
    struct cs_store_job job = {.access = access, .work = work, .context = context, .error = error};
    bool turn;

    cs_store_init_condition(&job.changed);
    pthread_mutex_lock(&store->mutex);
    append(store, &job);
    job.leads = !store->led;
    store->led = true;
    turn = wait_for_turn(store, &job, deadline);
    if (!turn) {
        withdraw(store, &job);
        job.result = cs_store_fail_busy(store, error);
    }
    pthread_mutex_unlock(&store->mutex);
    if (job.leads)
        lead(store, &job, deadline);
    pthread_cond_destroy(&job.changed);
    cs_store_merge_log(store);
    return job.result;
}

void cs_store_measure(struct cs_store *store, struct cs_meter *ret_commits, unsigned *ret_waiting)
{
    *ret_commits = store->syncs;
    *ret_waiting = 0;
    pthread_mutex_lock(&store->mutex);
    for (const struct cs_store_job *job = store->jobs; job != NULL; job = job->next)
        ++*ret_waiting;
    pthread_mutex_unlock(&store->mutex);
}
