/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/fresh.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"

enum { IO_OF_A_PROCESS = 1 }; /* IOPRIO_WHO_PROCESS, which no header of libc has */

static const rlim_t MIB = 1024 * 1024;

/* `fair` is what a login gets, `least` what it can do with where root may not raise limits (in a
 * container without CAP_SYS_RESOURCE). */
struct limit {
    __rlimit_resource_t resource;
    const char *name;
    rlim_t fair, least;
};

static enum cs_err reset_limit(const struct limit *limit, struct cs_error *error)
{
    struct rlimit wanted = {limit->fair, limit->fair}, now;

    if (setrlimit(limit->resource, &wanted) == 0)
        return CS_OK;
    if (getrlimit(limit->resource, &now) != 0)
        return cs_fail_errno(error, "getrlimit");
    wanted.rlim_cur = wanted.rlim_max = now.rlim_max < limit->fair ? now.rlim_max : limit->fair;
    if (setrlimit(limit->resource, &wanted) != 0)
        return cs_fail_errno(error, "setrlimit");
    if (wanted.rlim_cur < limit->least)
        return cs_fail(error, CS_ERR_SYSTEM,
                       "the limit %s is %llu and cannot be raised to %llu; give root "
                       "CAP_SYS_RESOURCE, or run countersignd.socket",
                       limit->name, (unsigned long long)wanted.rlim_cur,
                       (unsigned long long)limit->least);
    return CS_OK;
}

static enum cs_err reset_limits(struct cs_error *error)
{
    const struct limit limits[] = {
        {RLIMIT_FSIZE, "fsize", RLIM_INFINITY, 1024 * MIB},
        {RLIMIT_CPU, "cpu", RLIM_INFINITY, 3600},
        {RLIMIT_AS, "as", RLIM_INFINITY, 1024 * MIB},
        {RLIMIT_DATA, "data", RLIM_INFINITY, 256 * MIB},
        {RLIMIT_STACK, "stack", 8 * MIB, MIB},
        {RLIMIT_NOFILE, "nofile", 1024, 64},
        {RLIMIT_NPROC, "nproc", RLIM_INFINITY, 64},
        {RLIMIT_MEMLOCK, "memlock", 8 * MIB, 0},
        {RLIMIT_RSS, "rss", RLIM_INFINITY, 0},
        {RLIMIT_LOCKS, "locks", RLIM_INFINITY, 64},
        {RLIMIT_SIGPENDING, "sigpending", RLIM_INFINITY, 0},
        {RLIMIT_MSGQUEUE, "msgqueue", 0, 0},
        {RLIMIT_NICE, "nice", 0, 0},
        {RLIMIT_RTPRIO, "rtprio", 0, 0},
        {RLIMIT_RTTIME, "rttime", RLIM_INFINITY, 0},
        {RLIMIT_CORE, "core", 0, 0},
    };
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_ARRAY_SIZE(limits) && result == CS_OK; i++)
        result = reset_limit(&limits[i], error);
    return result;
}

/* What cannot be reset here makes a login slow at worst, and its deadline ends it. */
static void reset_priorities(void)
{
    const struct sched_param normal = {0};
    CS_AUTO(cs_fd_close) int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    cpu_set_t every;

    memset(&every, 0xff, sizeof every);
    (void)sched_setaffinity(0, sizeof every, &every);
    (void)sched_setscheduler(0, SCHED_OTHER, &normal);
    (void)setpriority(PRIO_PROCESS, 0, 0);
    (void)syscall(SYS_ioprio_set, IO_OF_A_PROCESS, 0, 0);
    (void)prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);
    (void)personality(PER_LINUX);
    if (oom >= 0 && write(oom, "0", 1) < 0)
        return;
}

enum cs_err cs_fresh_process(struct cs_error *error)
{
    reset_priorities();
    return reset_limits(error);
}
