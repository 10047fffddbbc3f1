/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/child.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"

static _Noreturn void run_child(enum cs_err (*part)(void *context, struct cs_error *error),
                                void *context, int out, const void *result, size_t size)
{
    struct cs_error found = {.code = CS_OK};

    if (cs_become_run_user(&found) == CS_OK && part(context, &found) == CS_OK)
        found.code = CS_OK;
    _exit(write(out, &found, sizeof found) == (ssize_t)sizeof found &&
                  (size == 0 || write(out, result, size) == (ssize_t)size)
              ? 0
              : 1);
}

enum cs_err cs_cli_as_run_user(enum cs_err (*part)(void *context, struct cs_error *error),
                               void *context, void *result, size_t size, struct cs_error *error)
{
    struct cs_error found = {.code = CS_OK};
    int ends[2];
    pid_t child;
    bool whole;

    if (pipe(ends) != 0)
        return cs_fail_errno(error, "pipe");
    (void)fflush(stdout); /* some ways for the child to end would write it once more */
    child = fork();
    if (child == 0)
        run_child(part, context, ends[1], result, size);
    close(ends[1]);
    whole = child > 0 && cs_read_exactly(ends[0], &found, sizeof found) &&
            cs_read_exactly(ends[0], result, size);
    close(ends[0]);
    if (child > 0)
        (void)waitpid(child, NULL, 0);
    if (!whole)
        return cs_fail(error, CS_ERR_SYSTEM, "the check could not be run");
    *error = found;
    return found.code;
}
