/* SPDX-License-Identifier: Apache-2.0 */
#include "base/undumpable.h"

#include <sys/prctl.h>
#include <sys/resource.h>

enum cs_err cs_make_undumpable(struct cs_error *error)
{
    const struct rlimit no_core = {0, 0};

    /* Both: a core pattern that is a pipe does not heed the limit. */
    if (setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return cs_fail_errno(error, "cannot keep the process's memory from others");
    return CS_OK;
}
