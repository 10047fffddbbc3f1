/* The lock among processes. */
#include <errno.h>
#include <sys/file.h>
#include <time.h>

#include "base/clock.h"
#include "store/store_priv.h"

enum {
    LOCK_PAUSE_NS = 200000,
    LOCK_PAUSE_MAX_NS = 4000000,
};

/* flock has no time-out of its own, and a signal for one is not ours to use. */
enum cs_err cs_store_lock(struct cs_store *store, int64_t deadline, struct cs_error *error)
{
    struct timespec pause = {0, LOCK_PAUSE_NS};

    while (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return cs_fail_errno(error, "%s: cannot lock", store->lock_path);
        if (cs_clock_left(deadline) == 0)
            return cs_fail(error, CS_ERR_UNAVAILABLE,
                           "%s: held by another process for %d s; find it with 'fuser %s'",
                           store->lock_path, CS_LOCK_WAIT_MS / 1000, store->lock_path);
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LOCK_PAUSE_MAX_NS)
            pause.tv_nsec *= 2;
    }
    return CS_OK;
}
