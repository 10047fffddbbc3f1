/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite's log is merged into the file from time to time, which on a slow disk takes longer than
 * many logins. SQLite would do it within a commit, and all would wait. Here a thread of its own
 * does it, which the one whose commit made the log long starts when the locks are given back, with
 * a connection of its own and under SQLite's own locks: others append to the log meanwhile, and
 * nobody starts it anew before all of it is in the file. For the same reason a copy that somebody
 * makes under our lock is whole: what the file has in part is still in the log.
 */
#include "base/file.h"
#include "store/store_priv.h"

enum {
    /* Few, because the first process to open the store reads the whole log, and a session is often
     * that; more once a connection has shown that it stays. */
    LONG_PAGES = 100,
    LONG_PAGES_STAYING = 1000,
    STAYING_COMMITS = 100,
    /* Logins without a pause keep it from ever ending; then they do wait. */
    TOO_LONG_PAGES = 4000,
    MERGER_STACK_BYTES = 256 * 1024,
};

static int after_commit(void *context, sqlite3 *db, const char *name, int pages)
{
    struct cs_store *store = context;
    bool stays_long;

    pthread_mutex_lock(&store->mutex);
    stays_long = store->log_pages >= TOO_LONG_PAGES && pages >= TOO_LONG_PAGES;
    if (pages < store->merged_pages) /* it was started anew */
        store->merged_pages = 0;
    store->log_pages = pages;
    store->commits++;
    pthread_mutex_unlock(&store->mutex);
    if (stays_long)
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

void cs_store_watch_log(struct cs_store *store)
{
    store->log_pages = store->merged_pages = 0;
    store->commits = 0;
    (void)sqlite3_wal_hook(store->db, after_commit, store); /* in place of SQLite's own */
}

/* SQLite keeps the descriptor for the next time: to close it would give up the locks of the other
 * connection. */
static void merge(const struct cs_store *store)
{
    CS_AUTO(cs_fd_close) int right = cs_store_enter_merge(store);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    sqlite3 *db = NULL;

    if (right < 0)
        return;
    if (sqlite3_open_v2(store->path, &db, flags, NULL) == SQLITE_OK) {
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        (void)sqlite3_exec(db, "PRAGMA user_version", NULL, NULL, NULL); /* opens the log */
        (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    sqlite3_close(db);
}

static void *merge_aside(void *context)
{
    struct cs_store *store = context;

    merge(store);
    pthread_mutex_lock(&store->mutex);
    store->merging = false;
    pthread_mutex_unlock(&store->mutex);
    return NULL;
}

static bool start_merger(struct cs_store *store)
{
    pthread_attr_t attributes;
    bool started;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    (void)pthread_attr_setstacksize(&attributes, MERGER_STACK_BYTES);
    started = pthread_create(&store->merger, &attributes, merge_aside, store) == 0;
    (void)pthread_attr_destroy(&attributes);
    return started;
}

/* Called with the mutex. */
static bool is_due(const struct cs_store *store)
{
    int pages = store->commits < STAYING_COMMITS ? LONG_PAGES : LONG_PAGES_STAYING;

    return !store->merging && store->log_pages - store->merged_pages >= pages;
}

void cs_store_merge_log(struct cs_store *store)
{
    bool due;

    pthread_mutex_lock(&store->mutex);
    due = is_due(store);
    if (due) {
        store->merging = true;
        store->merged_pages = store->log_pages;
        cs_store_end_merger(store); /* it no longer needs the mutex */
        store->has_merger = start_merger(store);
        due = !store->has_merger;
    }
    pthread_mutex_unlock(&store->mutex);
    if (due)
        (void)merge_aside(store);
}

void cs_store_end_merger(struct cs_store *store)
{
    if (store->has_merger)
        (void)pthread_join(store->merger, NULL);
    store->has_merger = false;
}
