/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/askpass.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "touch/terminal.h"

enum { END_MS = 1000, ANSWER_MAX_BYTES = 4096 };

#define HINT "SSH_ASKPASS_PROMPT"
#define HINT_NOTICE HINT "=none"
#define HINT_SECRET HINT "=" /* none of ssh's words: an answer without echo */

static bool is_variable(const char *entry, const char *name)
{
    size_t length = strlen(name);

    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

/* This program's environment without the variable that names the other askpass, and with `hint`
 * ("NAME=value") for the kind of question unless it is NULL. The caller owns the list but not its
 * strings. */
static char **make_environment(char *hint)
{
    size_t count = 0, kept = 0;
    char **copy;

    while (environ[count] != NULL)
        count++;
    copy = calloc(count + 2, sizeof *copy);
    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_variable(environ[i], CS_TOUCH_ASKPASS) &&
            (hint == NULL || !is_variable(environ[i], HINT)))
            copy[kept++] = environ[i];
    }
    copy[kept] = hint;
    return copy;
}

static enum cs_err run(const char *program, const char *text, char *hint, struct cs_error *error)
{
    char **environment = make_environment(hint);
    char *const arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)text, NULL};

    if (environment == NULL)
        return cs_fail_nomem(error);
    (void)execve(program, arguments, environment);
    free(environment);
    return cs_fail_errno(error, CS_TOUCH_ASKPASS ": cannot run %s", program);
}

enum cs_err cs_touch_become(const char *program, const char *prompt, struct cs_error *error)
{
    return run(program, prompt, NULL, error);
}

/* Runs in the child, which must not outlive us and whose output must not become part of our own
 * answer; `output` is -1 or gets it. Returns only if that fails, with the reason on standard
 * error. */
static void run_child(const char *program, const char *text, const char *hint, int output,
                      pid_t parent)
{
    char copy[sizeof HINT_NOTICE];
    struct cs_error error = {0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    memcpy(copy, hint, strlen(hint) + 1);
    /* Its own process group, because a script may start another program to show the text. */
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* the parent ended before that */
        return;
    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
        dup2(output >= 0 ? output : null, STDOUT_FILENO) >= 0 &&
        run(program, text, copy, &error) != CS_OK)
        cs_touch_write(STDERR_FILENO, error.text);
}

/* As cs_touch_start_notice; `notice` shows the text even if `program` cannot. */
static pid_t start(const char *program, const char *text, const char *hint, int output, bool notice)
{
    pid_t parent = getpid(), process = fork();

    if (process == 0) {
        run_child(program, text, hint, output, parent);
        if (notice && getppid() == parent)
            cs_touch_write(STDERR_FILENO, text);
        _exit(EXIT_FAILURE);
    }
    /* Set here too: we may have to end the group before the child gets that far. */
    if (process > 0)
        (void)setpgid(process, process);
    return process;
}

pid_t cs_touch_start_notice(const char *program, const char *text)
{
    return start(program, text, HINT_NOTICE, -1, true);
}

void cs_touch_end_notice(pid_t process)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    struct pollfd entry = {.events = POLLIN};

    if (process <= 0)
        return;
    entry.fd = fd = pidfd_open(process, 0);
    (void)kill(-process, SIGTERM);
    /* One that refuses to end must not hold up the login. */
    if (poll(&entry, 1, END_MS) <= 0)
        (void)kill(-process, SIGKILL);
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Waits until `fd` can be read or is closed. */
static enum cs_err await(int fd, int reader, struct cs_error *error)
{
    struct pollfd entries[] = {{.fd = fd, .events = POLLIN}, {.fd = reader, .events = POLLIN}};

    while (poll(entries, CS_ARRAY_SIZE(entries), -1) < 0) {
        if (errno != EINTR)
            return cs_fail_errno(error, "poll");
    }
    return entries[1].revents == 0
               ? CS_OK
               : cs_fail(error, CS_ERR_CANCELLED, "nobody is waiting for the answer any more");
}

/* Reads to the end of `fd`; what is more than a line's length is dropped. */
static enum cs_err read_answer(int fd, int reader, struct cs_secret *ret_answer,
                               struct cs_error *error)
{
    char line[ANSWER_MAX_BYTES], rest[ANSWER_MAX_BYTES];
    size_t used = 0;
    ssize_t got = 1;
    enum cs_err result = CS_OK;

    while (result == CS_OK && got > 0) {
        result = await(fd, reader, error);
        if (result != CS_OK)
            break;
        got = used < sizeof line ? read(fd, line + used, sizeof line - used)
                                 : read(fd, rest, sizeof rest);
        if (got > 0 && used < sizeof line)
            used += (size_t)got;
    }
    if (result == CS_OK) {
        const char *end = memchr(line, '\n', used);

        used = end ? (size_t)(end - line) : used;
        if (cs_secret_set(ret_answer, line, used) != CS_OK)
            result = cs_fail_nomem(error);
    }
    cs_wipe(line, sizeof line);
    cs_wipe(rest, sizeof rest);
    return result;
}

static enum cs_err await_success(pid_t process, int reader, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = pidfd_open(process, 0);
    siginfo_t status = {0};
    enum cs_err result = fd >= 0 ? await(fd, reader, error) : cs_fail_errno(error, "pidfd_open");

    if (result != CS_OK)
        return result;
    /* Leaves the process for cs_touch_end_notice, which also ends what it may have started. */
    if (waitid(P_PID, (id_t)process, &status, WEXITED | WNOWAIT) != 0)
        return cs_fail_errno(error, "waitid");
    return status.si_code == CLD_EXITED && status.si_status == EXIT_SUCCESS
               ? CS_OK
               : cs_fail(error, CS_ERR_CANCELLED, CS_TOUCH_ASKPASS ": no answer was given");
}

enum cs_err cs_touch_ask_through(const char *program, const char *text, int reader,
                                 struct cs_secret *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    int ends[2] = {-1, -1};
    enum cs_err result;
    pid_t process;

    if (access(program, X_OK) != 0)
        return cs_fail(error, CS_ERR_CANNOT_ASK, CS_TOUCH_ASKPASS ": cannot run %s: %s", program,
                       strerror(errno));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return cs_fail_errno(error, "pipe");
    process = start(program, text, HINT_SECRET, ends[1], false);
    cs_fd_close(&ends[1]);
    result =
        process >= 0 ? read_answer(ends[0], reader, &answer, error) : cs_fail_errno(error, "fork");
    cs_fd_close(&ends[0]);
    if (result == CS_OK)
        result = await_success(process, reader, error);
    cs_touch_end_notice(process);
    if (result == CS_OK && cs_secret_set(ret_answer, answer.data, answer.length) != CS_OK)
        result = cs_fail_nomem(error);
    return result;
}
