#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/strlist.h"
#include "base/trusted_open.h"
#include "store/seal.h"
#include "store/store_priv.h"

enum {
    LOCK_WAIT_MS = 10000,
    LOCK_PAUSE_NS = 200000,
    LOCK_PAUSE_MAX_NS = 4000000,
    /* Pages before SQLite folds its log into the file; small, because a process that finds no other
     * reads the whole log first. */
    CHECKPOINT_PAGES = 100,
};

/* ---- statements ---- */

enum cs_err cs_sql_fail(struct cs_store *store, struct cs_error *error)
{
    int code = sqlite3_extended_errcode(store->db);
    bool damaged = (code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_CORRUPT;

    return cs_fail(error, CS_ERR_STORE, "%s: %s (SQLite error %d); %s", store->path,
                   sqlite3_errmsg(store->db), code,
                   damaged ? "restore it from its backup" : "run 'countersign check'");
}

enum cs_err cs_sql(struct cs_store *store, const char *sql, sqlite3_stmt **ret_statement,
                   struct cs_error *error)
{
    for (size_t i = 0; i < CS_STATEMENTS_MAX; i++) {
        if (store->statements[i].sql == NULL) {
            if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                   &store->statements[i].statement, NULL) != SQLITE_OK)
                return cs_sql_fail(store, error);
            store->statements[i].sql = sql;
        }
        if (store->statements[i].sql == sql) {
            *ret_statement = store->statements[i].statement;
            sqlite3_reset(*ret_statement);
            sqlite3_clear_bindings(*ret_statement);
            return CS_OK;
        }
    }
    return cs_fail(error, CS_ERR_LIMIT, "%s: more statements than places", store->path);
}

enum cs_err cs_sql_step(struct cs_store *store, sqlite3_stmt *statement, bool *ret_row,
                        struct cs_error *error)
{
    int code = sqlite3_step(statement);

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return cs_sql_fail(store, error);
    *ret_row = code == SQLITE_ROW;
    if (code == SQLITE_DONE)
        sqlite3_reset(statement);
    return CS_OK;
}

enum cs_err cs_sql_run(struct cs_store *store, sqlite3_stmt *statement, struct cs_error *error)
{
    bool row;
    enum cs_err result = cs_sql_step(store, statement, &row, error);

    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_sql_exec(struct cs_store *store, const char *sql, struct cs_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? CS_OK
                                                                       : cs_sql_fail(store, error);
}

void cs_sql_bind_text(sqlite3_stmt *statement, int position, const char *text)
{
    sqlite3_bind_text(statement, position, text, -1, SQLITE_STATIC);
}

/* ---- opening ---- */

static void close_database(struct cs_store *store)
{
    for (size_t i = 0; i < CS_STATEMENTS_MAX; i++)
        sqlite3_finalize(store->statements[i].statement);
    memset(store->statements, 0, sizeof store->statements);
    sqlite3_close(store->db);
    store->db = NULL;
    cs_fd_close(&store->lock_fd);
}

/* The store and its folder belong to the account that runs this, and to nobody else. */
static enum cs_err check_place(struct cs_store *store, bool create, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0077};
    CS_AUTO(cs_string_free) char *folder = strdup(store->path);
    CS_AUTO(cs_fd_close) int fd = -1;
    struct stat status;
    enum cs_err result;

    if (folder == NULL)
        return cs_fail_nomem(error);
    if (store->path[0] != '/' || strrchr(folder, '/') == folder)
        return cs_fail(error, CS_ERR_CONFIG, "%s: not an absolute path in a folder", store->path);
    *strrchr(folder, '/') = '\0';
    result = cs_check_trusted_folder(folder, &trust, error);
    if (result != CS_OK)
        return result;
    fd = open(store->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return create ? CS_OK
                      : cs_fail(error, CS_ERR_NOT_FOUND,
                                "%s: there is no store; restore it from its backup, or run "
                                "'countersign init' if nobody was ever enrolled",
                                store->path);
    if (fd < 0 && errno == EACCES)
        return cs_fail_errno(error, "%s: uid %u must own it, mode 0600; cannot open the store",
                             store->path, (unsigned)geteuid());
    if (fd < 0)
        return errno == ELOOP
                   ? cs_fail(error, CS_ERR_TRUST, "%s: is a link; name the real path", store->path)
                   : cs_fail_errno(error, "%s: cannot open the store", store->path);
    return cs_check_trusted(fd, store->path, &trust, &status, error);
}

/* A new store must not be readable by others for even a moment, whatever the umask is. */
static enum cs_err create_file(struct cs_store *store, struct cs_error *error)
{
    CS_AUTO(cs_fd_close)
    int fd = open(store->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

    return fd < 0 ? cs_fail_errno(error, "%s: cannot create the store", store->path) : CS_OK;
}

static enum cs_err open_lock(struct cs_store *store, struct cs_error *error)
{
    store->lock_fd = open(store->lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return store->lock_fd < 0 ? cs_fail_errno(error, "%s: cannot open the lock", store->lock_path)
                              : CS_OK;
}

static enum cs_err open_connection(struct cs_store *store, bool create, struct cs_error *error)
{
    static const char settings[] = "PRAGMA synchronous=FULL; PRAGMA mmap_size=0;"
                                   "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;"
                                   "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-512;";
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    struct stat status;
    enum cs_err result = open_lock(store, error);

    if (result != CS_OK)
        return result;
    if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK)
        return store->db ? cs_sql_fail(store, error) : cs_fail_nomem(error);
    sqlite3_busy_timeout(store->db, LOCK_WAIT_MS);
    sqlite3_wal_autocheckpoint(store->db, CHECKPOINT_PAGES);
    /* Closing must not write: it happens outside of our lock. */
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    result = cs_sql_exec(store, settings, error);
    if (result == CS_OK)
        result = cs_schema_ensure(store, create, error);
    if (result != CS_OK)
        return result;
    if (stat(store->path, &status) != 0)
        return cs_fail_errno(error, "%s: cannot look at the store", store->path);
    store->device = status.st_dev;
    store->inode = status.st_ino;
    return CS_OK;
}

static enum cs_err open_database(struct cs_store *store, bool create, struct cs_error *error)
{
    enum cs_err result = check_place(store, create, error);

    if (result == CS_OK)
        result = cs_keys_load(store->key_path, &store->keys, error);
    if (result == CS_OK && create)
        result = create_file(store, error);
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

enum cs_err cs_store_open(const char *path, const char *key_path, bool create,
                          struct cs_store **ret_store, struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = calloc(1, sizeof *store);
    enum cs_err result;

    if (store == NULL)
        return cs_fail_nomem(error);
    pthread_mutex_init(&store->mutex, NULL);
    store->lock_fd = -1;
    store->path = strdup(path);
    store->key_path = strdup(key_path);
    store->lock_path = make_lock_path(path);
    if (store->path == NULL || store->key_path == NULL || store->lock_path == NULL)
        return cs_fail_nomem(error);
    result = open_database(store, create, error);
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
    close_database(old);
    cs_keys_wipe(&old->keys);
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

/* flock has no time-out of its own, and a signal for one is not ours to use. */
static enum cs_err take_lock(struct cs_store *store, struct cs_error *error)
{
    int64_t deadline = cs_clock_ms() + LOCK_WAIT_MS;
    struct timespec pause = {0, LOCK_PAUSE_NS};

    while (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return cs_fail_errno(error, "%s: cannot lock", store->lock_path);
        if (cs_clock_left(deadline) == 0)
            return cs_fail(error, CS_ERR_UNAVAILABLE,
                           "%s: held by another process for %d s; find it with 'fuser %s'",
                           store->lock_path, LOCK_WAIT_MS / 1000, store->lock_path);
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LOCK_PAUSE_MAX_NS)
            pause.tv_nsec *= 2;
    }
    return CS_OK;
}

enum cs_err cs_store_begin(struct cs_store *store, struct cs_transaction *ret_transaction,
                           struct cs_error *error)
{
    static const char begin[] = "BEGIN IMMEDIATE";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&store->mutex);
    if (store->db != NULL && was_replaced(store))
        close_database(store);
    if (store->db == NULL)
        result = open_database(store, false, error);
    if (result == CS_OK)
        result = take_lock(store, error);
    if (result == CS_OK)
        result = cs_sql(store, begin, &statement, error);
    if (result == CS_OK)
        result = cs_sql_run(store, statement, error);
    if (result != CS_OK) {
        (void)flock(store->lock_fd, LOCK_UN);
        pthread_mutex_unlock(&store->mutex);
        return result;
    }
    ret_transaction->store = store;
    return CS_OK;
}

static void release(struct cs_transaction *transaction)
{
    struct cs_store *store = transaction->store;

    transaction->store = NULL;
    (void)flock(store->lock_fd, LOCK_UN);
    pthread_mutex_unlock(&store->mutex);
}

enum cs_err cs_store_commit(struct cs_transaction *transaction, struct cs_error *error)
{
    static const char commit[] = "COMMIT";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, commit, &statement, error);

    if (result == CS_OK)
        result = cs_sql_run(transaction->store, statement, error);
    if (result == CS_OK)
        release(transaction);
    return result;
}

void cs_store_end(struct cs_transaction *transaction)
{
    struct cs_store *store = transaction->store;

    if (store == NULL)
        return;
    /* A statement that was left in the middle of its rows would keep the transaction open. */
    for (size_t i = 0; i < CS_STATEMENTS_MAX; i++)
        sqlite3_reset(store->statements[i].statement);
    /* When even this fails the connection is of no more use; the next transaction opens another. */
    if (cs_sql_exec(store, "ROLLBACK", NULL) != CS_OK && sqlite3_get_autocommit(store->db) == 0)
        close_database(store);
    release(transaction);
}

/* ---- secrets ---- */

enum cs_err cs_store_unseal(struct cs_store *store, const char *context, const void *sealed,
                            size_t length, struct cs_secret *ret_plain, struct cs_error *error)
{
    enum cs_err result = cs_unseal(&store->keys, context, sealed, length, ret_plain, error);

    if (result != CS_ERR_NOT_FOUND)
        return result;
    result = cs_keys_load(store->key_path, &store->keys, error);
    if (result == CS_OK)
        result = cs_unseal(&store->keys, context, sealed, length, ret_plain, error);
    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, result,
                       "%s: does not hold the key that sealed the %s; restore the key file that "
                       "belongs to %s",
                       store->key_path, context, store->path);
    return result;
}

enum cs_err cs_store_check(struct cs_store *store, struct cs_error *error)
{
    static const char sql[] = "PRAGMA integrity_check(1)";
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_sql(store, sql, &statement, error);
    if (result == CS_OK)
        result = cs_sql_step(store, statement, &row, error);
    if (result != CS_OK)
        return result;
    if (!row || strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
        return cs_fail(error, CS_ERR_STORE, "%s: damaged: %s; restore it from its backup",
                       store->path, row ? (const char *)sqlite3_column_text(statement, 0) : "");
    sqlite3_reset(statement);
    /* The one secret that every store has tells whether the key file is its own. */
    return cs_recovery_key(store, &key, error);
}
