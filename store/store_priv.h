/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct cs_store, for the files of this folder. */
#ifndef CS_STORE_STORE_PRIV_H
#define CS_STORE_STORE_PRIV_H

#include <pthread.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "store/key.h"
#include "store/store.h"

enum { CS_STATEMENTS_MAX = 40, CS_LOCK_WAIT_MS = 10000 };

struct cs_store {
    char *path, *lock_path, *key_path;
    sqlite3 *db; /* NULL: closed, to be opened by the next transaction */
    dev_t device;
    ino_t inode; /* of the file that is open: a restored backup is another file */
    int lock_fd;
    bool busy;             /* a thread is between begin and end of a transaction */
    pthread_mutex_t mutex; /* guards `busy` */
    pthread_cond_t freed;  /* signalled when `busy` ends */
    struct cs_keys keys;
    struct {
        const char *sql; /* compared by address: every text is one constant */
        sqlite3_stmt *statement;
    } statements[CS_STATEMENTS_MAX];
};

/* A prepared statement, reset and without bindings; kept for the life of the connection. */
enum cs_err cs_sql(struct cs_store *store, const char *sql, sqlite3_stmt **ret_statement,
                   struct cs_error *error) CS_MUST_USE;

/* Steps: *ret_row tells a row from the end. */
enum cs_err cs_sql_step(struct cs_store *store, sqlite3_stmt *statement, bool *ret_row,
                        struct cs_error *error) CS_MUST_USE;

/* Steps a statement that returns nothing, and resets it. */
enum cs_err cs_sql_run(struct cs_store *store, sqlite3_stmt *statement,
                       struct cs_error *error) CS_MUST_USE;

/* The number that `sql` selects for the parameter `user`. */
enum cs_err cs_sql_count(struct cs_store *store, const char *sql, const char *user,
                         unsigned *ret_count, struct cs_error *error) CS_MUST_USE;

enum cs_err cs_sql_exec(struct cs_store *store, const char *sql,
                        struct cs_error *error) CS_MUST_USE;

/* Makes the error of the connection. */
enum cs_err cs_sql_fail(struct cs_store *store, struct cs_error *error);

void cs_sql_bind_text(sqlite3_stmt *statement, int position, const char *text);

/* The lock among threads: a flag with a condition, because a mutex that is waited for until a time
 * on the monotonic clock is unknown to the thread sanitizer. CS_ERR_UNAVAILABLE at `deadline`. */
void cs_store_init_threads(struct cs_store *store);
enum cs_err cs_store_enter(struct cs_store *store, int64_t deadline,
                           struct cs_error *error) CS_MUST_USE;
void cs_store_leave(struct cs_store *store);

/* Takes the lock of an open file. CS_ERR_UNAVAILABLE at `deadline` (cs_clock_ms), CS_ERR_SYSTEM
 * with errno set otherwise; the message is the caller's. */
enum cs_err cs_flock_until(int fd, int64_t deadline) CS_MUST_USE;

/* Takes the lock among processes; CS_ERR_UNAVAILABLE at `deadline` (cs_clock_ms). */
enum cs_err cs_store_lock(struct cs_store *store, int64_t deadline,
                          struct cs_error *error) CS_MUST_USE;

/* Schema: creates it in an empty file, refuses a newer one. In a transaction of its own. */
enum cs_err cs_schema_ensure(struct cs_store *store, bool create,
                             struct cs_error *error) CS_MUST_USE;

/* The same rule inside a transaction, for a store that has been open for a while. */
enum cs_err cs_schema_check(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

/* cs_unseal with the store's keys; reads the key file again when the key is not known yet, because
 * `countersign rekey` may have run meanwhile. */
enum cs_err cs_store_unseal(struct cs_store *store, const char *context, const void *sealed,
                            size_t length, struct cs_secret *ret_plain,
                            struct cs_error *error) CS_MUST_USE;

/* cs_seal with the first key of the key file as it is now: sealed with an earlier one, a secret
 * could be lost to a `countersign rekey` that ran since the store was opened. */
enum cs_err cs_store_seal(struct cs_store *store, const char *context, const void *plain,
                          size_t length, unsigned char *ret_sealed,
                          struct cs_error *error) CS_MUST_USE;

/* The key of the recovery hashes, itself sealed in the store so that `rekey` need not know codes.
 */
enum cs_err cs_recovery_key(struct cs_store *store, struct cs_secret *ret_key,
                            struct cs_error *error) CS_MUST_USE;

/* What sealed secrets are bound to. */
void cs_factor_context(const char *user, int64_t id, char ret_context[300]);
void cs_password_context(const char *user, char ret_context[300]);
extern const char cs_recovery_context[];

#endif
