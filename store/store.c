/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/store_priv.h"

/* ---- opening ---- */

static void close_database(struct cs_store *store)
{
    for (size_t i = 0; i < CS_STATEMENTS_MAX; i++)
        sqlite3_finalize(store->statements[i].statement);
    memset(store->statements, 0, sizeof store->statements);
    sqlite3_close(store->db);
    store->db = NULL;
    cs_fd_close(&store->lock_fd);
    cs_fd_close(&store->log_fd);
}

static enum cs_err open_lock(struct cs_store *store, struct cs_error *error)
{
    store->lock_fd = open(store->lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return store->lock_fd < 0 ? cs_fail_errno(error, "%s: cannot open the lock", store->lock_path)
                              : CS_OK;
}

/* It exists as soon as the database was read. */
static enum cs_err open_log(struct cs_store *store, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

    cs_buffer_printf(&path, "%s-wal", store->path);
    if (path.failed)
        return cs_fail_nomem(error);
    store->log_fd = open(path.text, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    return store->log_fd < 0 ? cs_fail_errno(error, "%s: cannot open the log", path.text) : CS_OK;
}

static enum cs_err open_connection(struct cs_store *store, bool create, struct cs_error *error)
{
    /* NORMAL syncs the log before a checkpoint, but not at each commit: cs_store_commit does that
     * itself, without the lock, so that others need not wait for this disk. */
    static const char settings[] = "PRAGMA synchronous=NORMAL; PRAGMA mmap_size=0;"
                                   "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;"
                                   "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-512;"
                                   /* The log of a large transaction does not stay so long. */
                                   "PRAGMA journal_size_limit=33554432;";
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    struct stat status;
    enum cs_err result = open_lock(store, error);

    if (result != CS_OK)
        return result;
    /* Before it is opened: if another file comes in its place meanwhile, that is noticed. */
    if (stat(store->path, &status) != 0)
        return cs_fail_errno(error, "%s: cannot examine the store", store->path);
    store->device = status.st_dev;
    store->inode = status.st_ino;
    if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK)
        return store->db ? cs_sql_fail(store, error) : cs_fail_nomem(error);
    result = cs_store_check_header(store, create, error);
    if (result != CS_OK)
        return result;
    sqlite3_busy_timeout(store->db, CS_LOCK_WAIT_MS);
    cs_store_watch_log(store);
    /* Closing must not write, because it happens outside our lock. */
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    result = cs_sql_exec(store, settings, error);
    if (result == CS_OK)
        result = cs_schema_ensure(store, create, error);
    return result == CS_OK ? open_log(store, error) : result;
}

static enum cs_err open_database(struct cs_store *store, bool create, struct cs_error *error)
{
    enum cs_err result = cs_store_check_file(store, create, error);

    if (result == CS_OK)
        result = cs_keys_load(store->key_path, &store->keys, error);
    if (result == CS_OK && create)
        result = cs_store_make_file(store, error);
    if (result == CS_OK)
        result = open_connection(store, create, error);
    if (result != CS_OK)
        close_database(store);
    return result;
}

/* "store.db" has its lock in "store.lock". */
static char *make_lock_path(const char *path)
{
    size_t length = strlen(path);
    char *lock = malloc(length + sizeof ".lock");

    if (lock == NULL)
        return NULL;
    if (length > 3 && strcmp(path + length - 3, ".db") == 0)
        length -= 3;
    memcpy(lock, path, length);
    memcpy(lock + length, ".lock", sizeof ".lock");
    return lock;
}

static enum cs_err make(const char *path, const char *key_path, struct cs_store **ret_store,
                        struct cs_error *error)
{
    struct cs_store *store = calloc(1, sizeof *store);

    if (store == NULL)
        return cs_fail_nomem(error);
    *ret_store = store;
    cs_store_init_threads(store);
    store->lock_fd = store->log_fd = -1;
    store->path = strdup(path);
    store->key_path = strdup(key_path);
    store->lock_path = make_lock_path(path);
    if (store->path == NULL || store->key_path == NULL || store->lock_path == NULL)
        return cs_fail_nomem(error);
    return CS_OK;
}

static enum cs_err open_store(const char *path, const char *key_path, bool create,
                              const struct cs_record *first, struct cs_store **ret_store,
                              struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = make(path, key_path, &store, error);

    if (result != CS_OK)
        return result;
    store->first = first;
    result = open_database(store, create, error);
    store->first = NULL;
    if (result != CS_OK)
        return result;
    *ret_store = store;
    store = NULL;
    return CS_OK;
}

enum cs_err cs_store_open(const char *path, const char *key_path, bool create,
                          struct cs_store **ret_store, struct cs_error *error)
{
    return open_store(path, key_path, create, NULL, ret_store, error);
}

enum cs_err cs_store_create(const char *path, const char *key_path, const struct cs_record *first,
                            struct cs_store **ret_store, struct cs_error *error)
{
    return open_store(path, key_path, true, first, ret_store, error);
}

enum cs_err cs_store_block(const char *path, struct cs_store **ret_store, struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    int64_t deadline = cs_clock_ms() + CS_LOCK_WAIT_MS;
    enum cs_err result = make(path, "", &store, error);

    if (result == CS_OK)
        result = open_lock(store, error);
    /* In this order: logins wait for the last one only. */
    if (result == CS_OK)
        result = cs_store_lock_records(store, deadline, error);
    if (result == CS_OK)
        result = cs_store_stop_merges(store, deadline, error);
    if (result == CS_OK)
        result = cs_store_lock(store, deadline, error);
    if (result != CS_OK)
        return result;
    *ret_store = store;
    store = NULL;
    return CS_OK;
}

void cs_store_close(struct cs_store **store)
{
    struct cs_store *old = *store;

    *store = NULL;
    if (old == NULL)
        return;
    cs_store_end_merger(old);
    close_database(old);
    cs_keys_wipe(&old->keys);
    pthread_cond_destroy(&old->freed);
    pthread_mutex_destroy(&old->mutex);
    free(old->path);
    free(old->lock_path);
    free(old->key_path);
    free(old);
}

/* ---- transactions ---- */

static bool was_replaced(const struct cs_store *store)
{
    struct stat status;

    return stat(store->path, &status) != 0 || status.st_dev != store->device ||
           status.st_ino != store->inode;
}

/* Closing gives the lock back as well; the next transaction opens the store again. */
static void close_unless_unlocked(struct cs_store *store)
{
    if (cs_store_unlock(store, NULL) != CS_OK)
        close_database(store);
}

/* Opens it if necessary, and takes the lock; again if another file came in its place before the
 * lock was ours: what is written to a file that nobody opens any more is lost. */
static enum cs_err open_and_lock(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    enum cs_err result = CS_OK;
    bool gone;

    do {
        if (store->db != NULL && was_replaced(store))
            close_database(store);
        if (store->db == NULL)
            result = open_database(store, false, error);
        if (result == CS_OK)
            result = cs_store_lock(store, deadline, error);
        gone = result == CS_OK && was_replaced(store);
        if (gone)
            close_database(store); /* gives the lock back as well */
    } while (gone);
    return result;
}

enum cs_err cs_store_begin_until(struct cs_store *store, int64_t deadline,
                                 struct cs_transaction *ret_transaction, struct cs_error *error)
{
    static const char begin[] = "BEGIN IMMEDIATE";
    enum cs_err result;

    result = cs_store_enter(store, deadline, error);
    if (result != CS_OK)
        return result;
    result = open_and_lock(store, deadline, error);
    if (result == CS_OK)
        result = cs_store_mend_log(store, deadline, error);
    store->keys_read = false;
    store->next_factor = 0;
    if (result == CS_OK) {
        /* Another program, such as sqlite3, knows nothing of our lock. */
        sqlite3_busy_timeout(store->db, cs_clock_left(deadline));
        result = cs_sql_do(store, begin, error);
    }
    if (result != CS_OK) {
        close_unless_unlocked(store);
        cs_store_leave(store);
        return result;
    }
    ret_transaction->store = store;
    /* A newer program may have upgraded the store since it was opened. */
    result = cs_schema_check(store, error);
    if (result != CS_OK)
        cs_store_end(ret_transaction);
    return result;
}

enum cs_err cs_store_begin(struct cs_store *store, struct cs_transaction *ret_transaction,
                           struct cs_error *error)
{
    return cs_store_begin_until(store, cs_clock_ms() + CS_LOCK_WAIT_MS, ret_transaction, error);
}

static void release(struct cs_transaction *transaction)
{
    struct cs_store *store = transaction->store;

    transaction->store = NULL;
    close_unless_unlocked(store);
    cs_store_leave(store);
}

enum cs_err cs_store_write(struct cs_transaction *transaction, int *ret_log, struct cs_error *error)
{
    static const char commit[] = "COMMIT";
    struct cs_store *store = transaction->store;
    enum cs_err result;

    /* Its own, because without the lock another thread may close the store. */
    *ret_log = cs_store_open_sync(store);
    if (*ret_log < 0)
        return cs_fail_errno(error, "%s: cannot commit", store->path);
    result = cs_sql_do(store, commit, error);
    if (result != CS_OK) {
        cs_fd_close(ret_log);
        return result;
    }
    release(transaction);
    return CS_OK;
}

enum cs_err cs_store_sync(struct cs_store *store, int *log, struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_sync_log(store, log, error);

    /* Mends the log at once: this process may have no next transaction, and others know nothing. */
    if (result != CS_OK)
        cs_ignore(cs_store_begin(store, &transaction, NULL));
    return result;
}

enum cs_err cs_store_commit(struct cs_transaction *transaction, struct cs_error *error)
{
    struct cs_store *store = transaction->store;
    int log = -1;
    enum cs_err result = cs_store_write(transaction, &log, error);

    return result == CS_OK ? cs_store_sync(store, &log, error) : result;
}

void cs_store_end(struct cs_transaction *transaction)
{
    struct cs_store *store = transaction->store;

    if (store == NULL)
        return;
    cs_sql_reset_all(store);
    /* If even this fails, the connection is useless; the next transaction opens another. */
    if (cs_sql_exec(store, "ROLLBACK", NULL) != CS_OK && sqlite3_get_autocommit(store->db) == 0)
        close_database(store);
    release(transaction);
}
