/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kills a process just before the Nth system call of one of its tasks, or counts them. strace's
 * inject=all:signal=KILL:when=N counts each kind of call separately and so skips most calls.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "base/attributes.h"

enum {
    EXIT_USAGE = 64,
    TASKS_MAX = 256,
    ANY_TASK = TASKS_MAX,
    OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
              PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC,
};

static const char usage[] =
    "usage: kill-at REPORT all|writes TASK N COMMAND...\n"
    "       kill-at REPORT all|writes TASK N --attach PID\n"
    "\n"
    "Follows COMMAND, or a running process, with everything that it starts. TASK is a thread or\n"
    "process, numbered from 0 in the order of their appearance, or `any`, which counts the calls "
    "of\n"
    "all of them together; its process is killed before its\n"
    "Nth call (from 1; 0: never). `writes` counts only calls that change files or locks.\n"
    "REPORT gets a line `task I: C calls` each, and `killed` when it happened. With --attach a "
    "line\n"
    "on standard output tells that everything is followed. Ends when all tasks have ended; when "
    "it\n"
    "is killed itself, COMMAND ends with it.\n";

struct task {
    pid_t id;
    bool started;
    unsigned long calls;
};

struct tracer {
    bool writes_only;
    size_t target;
    unsigned long when;
    unsigned long calls; /* of all tasks */
    bool killed;
    struct task tasks[TASKS_MAX];
    size_t count;
};

static struct task *find_task(struct tracer *tracer, pid_t id)
{
    for (size_t i = 0; i < tracer->count; i++) {
        if (tracer->tasks[i].id == id)
            return &tracer->tasks[i];
    }
    if (tracer->count == TASKS_MAX) {
        (void)fputs("kill-at: too many tasks\n", stderr);
        exit(EXIT_FAILURE);
    }
    tracer->tasks[tracer->count].id = id;
    return &tracer->tasks[tracer->count++];
}

static bool is_write(unsigned long long number)
{
    static const long calls[] = {SYS_openat,    SYS_write,    SYS_pwrite64,  SYS_writev,
                                 SYS_rename,    SYS_renameat, SYS_renameat2, SYS_unlink,
                                 SYS_unlinkat,  SYS_fsync,    SYS_fdatasync, SYS_ftruncate,
                                 SYS_fallocate, SYS_fchmod,   SYS_fchown,    SYS_chmod,
                                 SYS_flock,     SYS_fcntl,    SYS_exit_group};

    for (size_t i = 0; i < CS_ARRAY_SIZE(calls); i++) {
        if (number == (unsigned long long)calls[i])
            return true;
    }
    return false;
}

/* True if the task must not continue. */
static bool at_call(struct tracer *tracer, struct task *task)
{
    struct ptrace_syscall_info info = {0};

    if (ptrace(PTRACE_GET_SYSCALL_INFO, task->id, sizeof info, &info) < 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY || (tracer->writes_only && !is_write(info.entry.nr)))
        return false;
    task->calls++;
    tracer->calls++;
    if (tracer->target == ANY_TASK
            ? tracer->calls != tracer->when
            : task != &tracer->tasks[tracer->target] || task->calls != tracer->when)
        return false;
    tracer->killed = true;
    return kill(task->id, SIGKILL) == 0;
}

static void handle_stop(struct tracer *tracer, struct task *task, int status)
{
    int number = WSTOPSIG(status);
    int deliver = 0;

    if (number == (SIGTRAP | 0x80)) {
        if (at_call(tracer, task))
            return;
    } else if (number == SIGSTOP && !task->started && status >> 16 == 0) {
        (void)ptrace(PTRACE_SETOPTIONS, task->id, NULL, OPTIONS | PTRACE_O_EXITKILL);
    } else if (status >> 16 == 0 && number != SIGTRAP) {
        deliver = number;
    }
    task->started = true;
    (void)ptrace(PTRACE_SYSCALL, task->id, NULL, deliver);
}

static void follow(struct tracer *tracer)
{
    int status;

    for (;;) {
        pid_t id = waitpid(-1, &status, __WALL);

        if (id < 0 && errno == EINTR)
            continue;
        if (id < 0)
            return;
        if (WIFSTOPPED(status))
            handle_stop(tracer, find_task(tracer, id), status);
    }
}

static void start(struct tracer *tracer, char **command)
{
    pid_t id = fork();

    if (id == 0) {
        (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        (void)raise(SIGSTOP);
        (void)execvp(command[0], command);
        _exit(EXIT_USAGE);
    }
    if (id > 0)
        (void)find_task(tracer, id);
}

static bool attach_task(struct tracer *tracer, pid_t id)
{
    struct task *task = find_task(tracer, id);
    int status;

    if (ptrace(PTRACE_SEIZE, id, NULL, OPTIONS) != 0 ||
        ptrace(PTRACE_INTERRUPT, id, NULL, NULL) != 0 || waitpid(id, &status, __WALL) != id)
        return false;
    task->started = true;
    return ptrace(PTRACE_SYSCALL, id, NULL, 0) == 0;
}

static bool attach(struct tracer *tracer, const char *process)
{
    char path[64];
    struct dirent *entry;
    bool good = true;
    DIR *folder;

    (void)snprintf(path, sizeof path, "/proc/%.20s/task", process);
    folder = opendir(path);
    if (folder == NULL)
        return false;
    while (good && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.')
            good = attach_task(tracer, (pid_t)strtol(entry->d_name, NULL, 10));
    }
    (void)closedir(folder);
    if (good) {
        (void)puts("attached");
        (void)fflush(stdout);
    }
    return good;
}

static int report(const struct tracer *tracer, const char *path)
{
    FILE *out = fopen(path, "we");

    if (out == NULL)
        return EXIT_FAILURE;
    for (size_t i = 0; i < tracer->count; i++)
        (void)fprintf(out, "task %zu: %lu calls\n", i, tracer->tasks[i].calls);
    if (tracer->killed)
        (void)fputs("killed\n", out);
    return fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct tracer tracer;

    if (argc < 6 || (strcmp(argv[2], "all") != 0 && strcmp(argv[2], "writes") != 0)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    tracer.writes_only = strcmp(argv[2], "writes") == 0;
    tracer.target = strcmp(argv[3], "any") == 0 ? ANY_TASK : strtoul(argv[3], NULL, 10);
    tracer.when = strtoul(argv[4], NULL, 10);
    if (tracer.target > ANY_TASK)
        return EXIT_USAGE;
    if (strcmp(argv[5], "--attach") != 0) {
        start(&tracer, argv + 5);
    } else if (argc != 7 || !attach(&tracer, argv[6])) {
        (void)fprintf(stderr, "kill-at: cannot attach: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    follow(&tracer);
    return report(&tracer, argv[1]);
}
