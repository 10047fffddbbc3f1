/* SPDX-License-Identifier: Apache-2.0 */
#include "base/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum cs_err cs_standard_open(struct cs_error *error)
{
    static const int modes[] = {
        [STDIN_FILENO] = O_RDONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* open() takes the lowest free descriptor, which is this one. Children inherit it, as if it
         * had been open. */
        if (open("/dev/null", modes[fd]) != fd)
            return cs_fail_errno(error, "cannot open /dev/null as descriptor %d", fd);
    }
    return CS_OK;
}

enum cs_err cs_standard_fail(struct cs_error *error)
{
    return cs_fail_errno(error, "cannot write standard output");
}

enum cs_err cs_standard_probe(struct cs_error *error)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);

    if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
        return CS_OK;
    errno = EBADF;
    return cs_standard_fail(error);
}

enum cs_err cs_standard_flush(struct cs_error *error)
{
    int before = ferror(stdout);

    if (fflush(stdout) != 0)
        return cs_standard_fail(error);
    /* stdio no longer knows why; what was written is not whole anyhow. */
    if (before != 0 && write(STDOUT_FILENO, "\n", 1) < 0)
        return cs_standard_fail(error);
    return before == 0 ? CS_OK : cs_fail(error, CS_ERR_SYSTEM, "cannot write standard output");
}
