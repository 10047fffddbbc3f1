/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { CANNOT_RUN = 127 };

struct pipes {
    int out[2], errors[2];
};

static void close_pipes(struct pipes *pipes)
{
    for (size_t i = 0; i < 2; i++) {
        cs_fd_close(&pipes->out[i]);
        cs_fd_close(&pipes->errors[i]);
    }
}

/* The other descriptors close themselves. Only what a child of a process with threads may do. */
static _Noreturn void run_child(const char *const words[], const struct pipes *pipes,
                                void (*prepare)(void))
{
    char *copy[CS_RUN_WORDS_MAX] = {0};
    char *const no_environment[] = {NULL};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    for (size_t i = 0; i < CS_RUN_WORDS_MAX - 1 && words[i] != NULL; i++)
        copy[i] = (char *)(uintptr_t)words[i]; /* execve(2) changes none of them */
    if (prepare != NULL)
        prepare();
    if (dup2(null, STDIN_FILENO) >= 0 && dup2(pipes->out[1], STDOUT_FILENO) >= 0 &&
        dup2(pipes->errors[1], STDERR_FILENO) >= 0)
        (void)execve(words[0], copy, no_environment);
    _exit(CANNOT_RUN);
}

/* False: at its end. */
static bool take(struct pollfd *wait, struct cs_buffer *text)
{
    char part[4096];
    ssize_t got;

    if (wait->revents == 0)
        return true;
    got = read(wait->fd, part, sizeof part);
    if (got > 0 && text->length < CS_RUN_OUTPUT_MAX)
        cs_buffer_add(text, part, (size_t)got);
    if (got > 0 || (got < 0 && errno == EINTR))
        return true;
    wait->fd = -1;
    return false;
}

/* Both outputs to their ends. False: the time was up first. */
static bool read_outputs(const struct pipes *pipes, int64_t deadline, struct cs_run *run)
{
    struct pollfd waits[] = {{.fd = pipes->out[0], .events = POLLIN},
                             {.fd = pipes->errors[0], .events = POLLIN}};
    unsigned open = CS_ARRAY_SIZE(waits);

    while (open > 0) {
        int ready = poll(waits, CS_ARRAY_SIZE(waits), cs_clock_left(deadline));

        if (ready == 0)
            return false;
        if (ready < 0)
            continue; /* a signal; the deadline stands */
        open -= !take(&waits[0], &run->out);
        open -= !take(&waits[1], &run->errors);
    }
    return true;
}

enum cs_err cs_run_prepared(const char *const words[], void (*prepare)(void), int patience_ms,
                            struct cs_run *ret_run, struct cs_error *error)
{
    CS_AUTO(close_pipes) struct pipes pipes = {{-1, -1}, {-1, -1}};
    pid_t child;
    bool ended;
    int status;

    if (access(words[0], X_OK) != 0)
        return cs_fail_errno(error, "%s", words[0]);
    if (pipe2(pipes.out, O_CLOEXEC) != 0 || pipe2(pipes.errors, O_CLOEXEC) != 0)
        return cs_fail_errno(error, "pipe");
    child = fork();
    if (child == 0)
        run_child(words, &pipes, prepare);
    if (child < 0)
        return cs_fail_errno(error, "fork");
    cs_fd_close(&pipes.out[1]);
    cs_fd_close(&pipes.errors[1]);
    ended = read_outputs(&pipes, cs_clock_ms() + patience_ms, ret_run);
    if (!ended)
        (void)kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    ret_run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (ret_run->out.failed || ret_run->errors.failed)
        return cs_fail_nomem(error);
    return ended ? CS_OK
                 : cs_fail(error, CS_ERR_TIMEOUT, "%s: did not end within %d ms", words[0],
                           patience_ms);
}

enum cs_err cs_run(const char *const words[], int patience_ms, struct cs_run *ret_run,
                   struct cs_error *error)
{
    return cs_run_prepared(words, NULL, patience_ms, ret_run, error);
}

void cs_run_clear(struct cs_run *run)
{
    cs_buffer_free(&run->out);
    cs_buffer_free(&run->errors);
}
