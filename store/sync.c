/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of a commit, which waits for the disk. What comes behind a gap in SQLite's log is
 * lost with it. Linux reports a write that failed only once to each open file and takes what it was
 * to write for clean afterwards, so a later sync that goes well proves nothing about the log before
 * it. From a sync that failed on, nothing is committed until all of the log is in the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_priv.h"

enum { MENDING_TRIES = 2 /* SQLite's own descriptor reports the failed write once more */ };

int cs_store_open_sync(const struct cs_store *store)
{
    char path[40];
    int fd;

    /* Opened anew, so that of two syncs at once, both hear of a failure. */
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", store->log_fd);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd >= 0 ? fd : fcntl(store->log_fd, F_DUPFD_CLOEXEC, 0);
}

static bool is_gap(struct cs_store *store, bool found)
{
    bool gap;

    pthread_mutex_lock(&store->mutex);
    store->log_gap = gap = store->log_gap || found;
    pthread_mutex_unlock(&store->mutex);
    return gap;
}

enum cs_err cs_store_mend_log(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    int code = SQLITE_IOERR;

    if (!is_gap(store, false))
        return CS_OK;
    cs_sql_reset_all(store);
    sqlite3_busy_timeout(store->db, cs_clock_left(deadline));
    for (int i = 0; i < MENDING_TRIES && (code & 0xff) == SQLITE_IOERR; i++)
        code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code != SQLITE_OK)
        return cs_sql_fail(store, error);
    pthread_mutex_lock(&store->mutex);
    store->log_gap = false;
    pthread_mutex_unlock(&store->mutex);
    return CS_OK;
}

enum cs_err cs_store_sync_log(struct cs_store *store, int *log, struct cs_error *error)
{
    int64_t started = cs_meter_now();
    bool synced = fdatasync(*log) == 0;

    cs_meter_add(&store->syncs, started);
    if (!synced)
        cs_ignore(cs_fail_errno(error, "%s: cannot commit", store->path));
    cs_fd_close(log);
    if (!is_gap(store, !synced))
        return CS_OK;
    if (synced)
        return cs_fail(error, CS_ERR_STORE,
                       "%s: cannot commit: the disk did not take what was written before; see the "
                       "kernel's log",
                       store->path);
    if (error != NULL)
        error->code = CS_ERR_STORE;
    return CS_ERR_STORE;
}
