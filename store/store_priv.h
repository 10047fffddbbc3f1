/* SPDX-License-Identifier: Apache-2.0 */
/* The internals of struct cs_store, for this folder only. */
#ifndef CS_STORE_STORE_PRIV_H
#define CS_STORE_STORE_PRIV_H

#include <pthread.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "base/meter.h"
#include "store/factor.h"
#include "store/key.h"
#include "store/record.h"
#include "store/store.h"

enum {
    CS_STATEMENTS_MAX = 64,
    CS_LOCK_WAIT_MS = 10000,
    CS_CONTEXT_SIZE = CS_STORE_USER_MAX + 100,
};

/* One login's work; on the stack of its thread, which waits for it. */
struct cs_store_job {
    enum cs_store_access access;
    cs_store_work *work;
    void *context;
    struct cs_error *error; /* may be NULL */
    enum cs_err result;
    bool leads, taken, done; /* guarded by the store's mutex */
    pthread_cond_t changed;  /* signalled with it */
    struct cs_store_job *next;
};

struct cs_store {
    char *path, *lock_path, *key_path;
    sqlite3 *db; /* NULL: closed; the next transaction opens it */
    dev_t device;
    ino_t inode; /* of the open file; a restored backup is a different file */
    int lock_fd;
    int log_fd;                  /* SQLite's write-ahead log, for cs_store_sync */
    int log_pages, merged_pages; /* its length, and how much of it was merged or is being so */
    unsigned commits;            /* of this connection */
    bool merging;                /* so that it happens once, and `merger` is one thread's */
    bool has_merger;
    pthread_t merger;              /* has ended, or is about to, unless `merging` */
    bool log_gap;                  /* a sync failed, and the log was not merged since (sync.c) */
    bool busy;                     /* a thread is between begin and end of a transaction */
    struct cs_store_job *jobs;     /* those that wait for a batch, in their order */
    bool led;                      /* one of their threads leads, or is about to */
    pthread_mutex_t mutex;         /* guards `busy` and what concerns `jobs` and the log */
    pthread_cond_t freed;          /* signalled when `busy` ends */
    const struct cs_record *first; /* the first record of a store that this makes; or NULL */
    struct cs_meter syncs;         /* the part of a commit that waits for the disk */
    struct cs_keys keys;
    bool keys_read;      /* in this transaction, to seal with */
    int64_t next_factor; /* the id of the next factor, if this transaction has made one; or 0 */
    struct {
        const char *sql; /* compared by address, because each text is one constant */
        sqlite3_stmt *statement;
    } statements[CS_STATEMENTS_MAX];
};

/* The store and its folder must belong to the account that runs this, and to nobody else. Without
 * `create` a missing one is CS_ERR_NOT_FOUND. */
enum cs_err cs_store_check_file(const struct cs_store *store, bool create,
                                struct cs_error *error) CS_MUST_USE;

/* Whether a file that begins like this is a database of SQLite's. */
enum { CS_STORE_HEADER_BYTES = 16 };
bool cs_store_is_header(const char header[CS_STORE_HEADER_BYTES]);

/* The file of the open connection must be a database. SQLite would take an empty file for a new one
 * and delete the log next to it, and would read a foreign file through that log, so anything that
 * is not a database must not get as far. It has opened the file by now, but locked nothing and read
 * no log. */
enum cs_err cs_store_check_header(const struct cs_store *store, bool create,
                                  struct cs_error *error) CS_MUST_USE;

/* Makes an empty file where there is none. */
enum cs_err cs_store_make_file(const struct cs_store *store, struct cs_error *error) CS_MUST_USE;

/* A prepared statement, reset and without bindings; cached for the life of the connection. */
enum cs_err cs_sql(struct cs_store *store, const char *sql, sqlite3_stmt **ret_statement,
                   struct cs_error *error) CS_MUST_USE;

/* Steps the statement; *ret_row is false at the end. */
enum cs_err cs_sql_step(struct cs_store *store, sqlite3_stmt *statement, bool *ret_row,
                        struct cs_error *error) CS_MUST_USE;

/* Steps a statement that returns no rows, and resets it. */
enum cs_err cs_sql_run(struct cs_store *store, sqlite3_stmt *statement,
                       struct cs_error *error) CS_MUST_USE;

/* Runs a statement without parameters and rows; `sql` is a constant, as for cs_sql. */
enum cs_err cs_sql_do(struct cs_store *store, const char *sql, struct cs_error *error) CS_MUST_USE;

/* Resets every statement: one with rows left to read would keep its transaction open. */
void cs_sql_reset_all(struct cs_store *store);

/* Fetches the number that `sql` selects for the parameter `user`. */
enum cs_err cs_sql_count(struct cs_store *store, const char *sql, const char *user,
                         unsigned *ret_count, struct cs_error *error) CS_MUST_USE;

enum cs_err cs_sql_exec(struct cs_store *store, const char *sql,
                        struct cs_error *error) CS_MUST_USE;

/* Reports the connection's last error. */
enum cs_err cs_sql_fail(struct cs_store *store, struct cs_error *error);

void cs_sql_bind_text(sqlite3_stmt *statement, int position, const char *text);

/* The lock among threads: a flag with a condition, because the thread sanitizer does not know a
 * mutex with a deadline on the monotonic clock. CS_ERR_UNAVAILABLE at `deadline`. */
void cs_store_init_threads(struct cs_store *store);
void cs_store_init_condition(pthread_cond_t *condition); /* with deadlines of cs_clock_ms */
enum cs_err cs_store_enter(struct cs_store *store, int64_t deadline,
                           struct cs_error *error) CS_MUST_USE;
void cs_store_leave(struct cs_store *store);
enum cs_err cs_store_fail_busy(const struct cs_store *store, struct cs_error *error);

/* A store that is not open, and whose locks among processes this one has until cs_store_close:
 * nobody else reads or writes meanwhile, merges its log, or takes records from it to the log.
 * CS_ERR_UNAVAILABLE after CS_LOCK_WAIT_MS. */
enum cs_err cs_store_block(const char *path, struct cs_store **ret_store,
                           struct cs_error *error) CS_MUST_USE;

/* cs_store_begin with another deadline (cs_clock_ms). */
enum cs_err cs_store_begin_until(struct cs_store *store, int64_t deadline,
                                 struct cs_transaction *ret_transaction,
                                 struct cs_error *error) CS_MUST_USE;

/* The first half of cs_store_commit: others see what was written, and may go on, but a power
 * failure could still undo it. Whoever is told of it must have waited for cs_store_sync, which
 * closes *ret_log. */
enum cs_err cs_store_write(struct cs_transaction *transaction, int *ret_log,
                           struct cs_error *error) CS_MUST_USE;
enum cs_err cs_store_sync(struct cs_store *store, int *log, struct cs_error *error) CS_MUST_USE;

/* cs_store_sync, but for the mending of the log if it fails. */
enum cs_err cs_store_sync_log(struct cs_store *store, int *log, struct cs_error *error) CS_MUST_USE;

/* A descriptor of the log for cs_store_sync, opened before the commit; -1 with errno set. */
int cs_store_open_sync(const struct cs_store *store);

/* After a sync that failed: merges all of the log into the file and starts it anew, under the lock
 * and outside a transaction. CS_ERR_STORE if the disk still fails; then nothing can be committed.
 */
enum cs_err cs_store_mend_log(struct cs_store *store, int64_t deadline,
                              struct cs_error *error) CS_MUST_USE;

/* Watches the length of a new connection's log; starts to merge it into the file if it is long, for
 * which whoever calls that holds no lock; and waits until that is over. A failure is nobody's
 * error: the next one tries again. */
void cs_store_watch_log(struct cs_store *store);
void cs_store_merge_log(struct cs_store *store);
void cs_store_end_merger(struct cs_store *store);

/* Takes the lock of an open file. CS_ERR_UNAVAILABLE at `deadline` (cs_clock_ms), CS_ERR_SYSTEM
 * with errno set otherwise; the message is the caller's. */
enum cs_err cs_flock_until(int fd, int64_t deadline) CS_MUST_USE;

/* Takes the lock among processes; CS_ERR_UNAVAILABLE at `deadline` (cs_clock_ms). */
enum cs_err cs_store_lock(struct cs_store *store, int64_t deadline,
                          struct cs_error *error) CS_MUST_USE;

/* Returns the lock. If that fails, the caller closes the database, and the lock with it. */
enum cs_err cs_store_unlock(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

/* The lock of whoever writes the records to the log; CS_ERR_UNAVAILABLE at `deadline`. Nobody
 * else's work waits for it. */
enum cs_err cs_store_lock_records(struct cs_store *store, int64_t deadline,
                                  struct cs_error *error) CS_MUST_USE;
void cs_store_unlock_records(struct cs_store *store);

/* Merges happen outside the lock, by name: one that opened the file before it is replaced, and its
 * log after that, would take the new log into the old file, where nobody finds it. The first waits
 * until none is under way and keeps others from beginning, until cs_store_close;
 * CS_ERR_UNAVAILABLE at `deadline`. The second returns what a merge holds until it closes it; -1:
 * it must not begin. */
enum cs_err cs_store_stop_merges(struct cs_store *store, int64_t deadline,
                                 struct cs_error *error) CS_MUST_USE;
int cs_store_enter_merge(const struct cs_store *store);

/* Creates or upgrades the schema, refuses a newer one. In its own transaction. */
enum cs_err cs_schema_ensure(struct cs_store *store, bool create,
                             struct cs_error *error) CS_MUST_USE;

/* Checks the version inside a transaction, for a store that has been open for a while. */
enum cs_err cs_schema_check(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

/* cs_unseal with the store's keys; reads the key file again if the key is unknown, because
 * `countersign rekey` may have run meanwhile. */
enum cs_err cs_store_unseal(struct cs_store *store, const char *context, const void *sealed,
                            size_t length, struct cs_secret *ret_plain,
                            struct cs_error *error) CS_MUST_USE;

/* cs_seal with the first key in the key file as it is in this transaction: a secret sealed with an
 * earlier one could be lost to a `countersign rekey` that ran since the store was opened. One that
 * runs meanwhile seals again what this transaction writes, so the file is read once. */
enum cs_err cs_store_seal(struct cs_store *store, const char *context, const void *plain,
                          size_t length, unsigned char *ret_sealed,
                          struct cs_error *error) CS_MUST_USE;

/* The key of the recovery hashes, itself sealed in the store, so that `rekey` need not know the
 * codes. */
enum cs_err cs_recovery_key(struct cs_store *store, struct cs_secret *ret_key,
                            struct cs_error *error) CS_MUST_USE;

/* The context that sealed secrets are bound to. Of a factor: its id, its user and, for a security
 * key, what its row says beyond a U2F key's: who can write the store without having its key file
 * must not make a key be accepted for less. Rows of before schema 7 say no more, so that theirs is
 * what it was. */
void cs_factor_context(const struct cs_factor *factor, char ret_context[CS_CONTEXT_SIZE]);
void cs_password_context(const char *user, char ret_context[CS_CONTEXT_SIZE]);
extern const char cs_recovery_context[];

/* Seals the factor's secret into its row, under its id and the user that `factor` names. */
enum cs_err cs_factor_reseal(const struct cs_transaction *transaction,
                             const struct cs_factor *factor, struct cs_error *error) CS_MUST_USE;

#endif
