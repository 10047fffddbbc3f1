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

enum { END_MS = 1000 };

#define HINT "SSH_ASKPASS_PROMPT"

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

/* Runs in the child. Its output must not become part of the answer, and it must not outlive us. */
static void show_notice(const char *program, const char *text, pid_t parent)
{
    char hint[] = HINT "=none";
    struct cs_error error = {0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* Its own process group, because a script may start another program to show the text. */
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* the parent ended before that */
        return;
    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
        run(program, text, hint, &error) != CS_OK)
        cs_touch_write(STDERR_FILENO, error.text);
    cs_touch_write(STDERR_FILENO, text);
}

pid_t cs_touch_start_notice(const char *program, const char *text)
{
    pid_t parent = getpid(), process = fork();

    if (process == 0) {
        show_notice(program, text, parent);
        _exit(EXIT_FAILURE);
    }
    /* Set here too: we may have to end the group before the child gets that far. */
    if (process > 0)
        (void)setpgid(process, process);
    return process;
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
