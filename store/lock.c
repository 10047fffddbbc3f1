/* SPDX-License-Identifier: Apache-2.0 */
/* The locks: first among threads, then among processes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_priv.h"

enum {
    LOCK_PAUSE_NS = 200000,
    LOCK_PAUSE_MAX_NS = 1000000,
};

void cs_store_init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void cs_store_init_threads(struct cs_store *store)
{
    pthread_mutex_init(&store->mutex, NULL);
    cs_store_init_condition(&store->freed);
}

enum cs_err cs_store_fail_busy(const struct cs_store *store, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: busy for %d s", store->path,
                   CS_LOCK_WAIT_MS / 1000);
}

enum cs_err cs_store_enter(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    const struct timespec until = {deadline / 1000, deadline % 1000 * 1000000};
    bool entered;

    pthread_mutex_lock(&store->mutex);
    while (store->busy && pthread_cond_timedwait(&store->freed, &store->mutex, &until) == 0)
        continue;
    entered = !store->busy;
    store->busy = true;
    pthread_mutex_unlock(&store->mutex);
    return entered ? CS_OK : cs_store_fail_busy(store, error);
}

void cs_store_leave(struct cs_store *store)
{
    pthread_mutex_lock(&store->mutex);
    store->busy = false;
    pthread_cond_signal(&store->freed);
    pthread_mutex_unlock(&store->mutex);
}

/* The locks of a file: the one on it as a whole, with which those on single bytes have nothing to
 * do. TURN is the turn to take the first one next: a process that keeps coming back, as a broker
 * with many logins does, would otherwise always find it free before those that sleep. */
enum lock { TURN, RECORDS, MERGES, WHOLE };

static struct flock byte_of(enum lock lock, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = lock, .l_len = 1};
}

static bool others_have_turn(int fd)
{
    struct flock turn = byte_of(TURN, F_WRLCK);

    return fcntl(fd, F_OFD_GETLK, &turn) == 0 && turn.l_type != F_UNLCK;
}

static bool take(int fd, enum lock lock)
{
    struct flock byte = byte_of(lock, F_WRLCK);

    return lock == WHOLE ? flock(fd, LOCK_EX | LOCK_NB) == 0 : fcntl(fd, F_OFD_SETLK, &byte) == 0;
}

static bool give_back(int fd, enum lock lock)
{
    struct flock none = byte_of(lock, F_UNLCK);

    return fcntl(fd, F_OFD_SETLK, &none) == 0;
}

/* flock has no time-out, and the signals that could make one belong to the application. */
static enum cs_err wait_until_taken(int fd, enum lock lock, int64_t deadline)
{
    struct timespec pause = {0, LOCK_PAUSE_NS};

    while (!take(fd, lock)) {
        if (errno != EWOULDBLOCK && errno != EACCES && errno != EINTR)
            return CS_ERR_SYSTEM;
        if (cs_clock_left(deadline) == 0)
            return CS_ERR_UNAVAILABLE;
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LOCK_PAUSE_MAX_NS)
            pause.tv_nsec *= 2;
    }
    return CS_OK;
}

enum cs_err cs_flock_until(int fd, int64_t deadline)
{
    return wait_until_taken(fd, WHOLE, deadline);
}

static enum cs_err lock_in_turn(int fd, int64_t deadline)
{
    enum cs_err result;

    if (!others_have_turn(fd) && take(fd, WHOLE))
        return CS_OK;
    result = wait_until_taken(fd, TURN, deadline);
    if (result != CS_OK)
        return result;
    result = wait_until_taken(fd, WHOLE, deadline);
    if (give_back(fd, TURN) || result != CS_OK)
        return result;
    (void)flock(fd, LOCK_UN);
    return CS_ERR_SYSTEM;
}

enum cs_err cs_store_lock(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    enum cs_err result = lock_in_turn(store->lock_fd, deadline);

    if (result == CS_ERR_SYSTEM)
        return cs_fail_errno(error, "%s: cannot lock", store->lock_path);
    return result == CS_OK
               ? CS_OK
               : cs_fail(error, CS_ERR_UNAVAILABLE,
                         "%s: held by another process for %d s; find it with 'fuser %s'",
                         store->lock_path, CS_LOCK_WAIT_MS / 1000, store->lock_path);
}

/* A failure here would leave everybody else waiting for a lock that nobody uses. */
enum cs_err cs_store_unlock(struct cs_store *store, struct cs_error *error)
{
    return flock(store->lock_fd, LOCK_UN) == 0
               ? CS_OK
               : cs_fail_errno(error, "%s: cannot unlock", store->lock_path);
}

enum cs_err cs_store_lock_records(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    enum cs_err result = wait_until_taken(store->lock_fd, RECORDS, deadline);

    return result == CS_OK
               ? CS_OK
               : cs_fail(error, result, "%s: another process has been writing records for %d s",
                         store->lock_path, CS_LOCK_WAIT_MS / 1000);
}

void cs_store_unlock_records(struct cs_store *store)
{
    (void)give_back(store->lock_fd, RECORDS);
}

/* ---- merges, beside the lock: many at once, unless the store is being replaced ---- */

enum cs_err cs_store_stop_merges(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    enum cs_err result = wait_until_taken(store->lock_fd, MERGES, deadline);

    if (result == CS_ERR_SYSTEM)
        return cs_fail_errno(error, "%s: cannot lock", store->lock_path);
    return result == CS_OK
               ? CS_OK
               : cs_fail(error, result, "%s: another process has been merging the log for %d s",
                         store->lock_path, CS_LOCK_WAIT_MS / 1000);
}

int cs_store_enter_merge(const struct cs_store *store)
{
    struct flock lock = byte_of(MERGES, F_RDLCK);
    int fd = open(store->lock_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) != 0)
        cs_fd_close(&fd);
    return fd;
}
