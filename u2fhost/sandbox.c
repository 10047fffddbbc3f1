/* SPDX-License-Identifier: Apache-2.0 */
#include "u2fhost/sandbox.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <syslog.h>

#include "u2fhost/sandbox_priv.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* sanitizers map terabytes and make their own system calls */
#else
#define SANITIZED 0
#endif

static enum cs_err limit_resources(struct cs_error *error)
{
    static const struct {
        int resource;
        rlim_t most;
    } limits[] = {
        {RLIMIT_CORE, 0},    {RLIMIT_NOFILE, 32},  {RLIMIT_CPU, 20},
        {RLIMIT_MEMLOCK, 0}, {RLIMIT_MSGQUEUE, 0}, {RLIMIT_AS, 256UL << 20},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(limits); i++) {
        const struct rlimit limit = {limits[i].most, limits[i].most};

        if (SANITIZED && limits[i].resource == RLIMIT_AS)
            continue;
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
            return cs_fail_errno(error, "cannot limit resources");
    }
    return CS_OK;
}

enum cs_err cs_u2fhost_confine(const struct cs_log *log, struct cs_error *error)
{
    enum cs_err result = limit_resources(error);

    if (result != CS_OK)
        return result;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return cs_fail_errno(error, "cannot restrict the process");
    result = cs_u2fhost_restrict_files(error);
    if (result == CS_ERR_UNAVAILABLE)
        cs_log(log, LOG_INFO, "%s", error->text);
    else if (result != CS_OK)
        return result;
    return SANITIZED ? CS_OK : cs_u2fhost_filter_calls(error);
}
