/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kills a process just before the Nth system call of one of its tasks, or makes that call fail, or
 * counts them. strace's inject=all:...:when=N counts each kind of call separately and so skips most
 * calls.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "base/attributes.h"

/* Calls that some architectures do not have: no call has this number. */
#define NO_CALL (-1L)
#ifndef SYS_open
#define SYS_open NO_CALL
#define SYS_stat NO_CALL
#define SYS_access NO_CALL
#define SYS_chmod NO_CALL
#define SYS_unlink NO_CALL
#define SYS_rename NO_CALL
#endif
#ifndef SYS_renameat
#define SYS_renameat NO_CALL
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat SYS_fstatat64
#endif
#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif

enum {
    EXIT_USAGE = 64,
    TASKS_MAX = 256,
    ANY_TASK = TASKS_MAX,
    OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
              PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC,
};

static const char usage[] =
    "usage: kill-at REPORT KIND TASK N COMMAND...\n"
    "       kill-at REPORT KIND TASK N --attach PID\n"
    "\n"
    "Follows COMMAND, or a running process, with everything that it starts. TASK is a thread or\n"
    "process, numbered from 0 in the order of their appearance, or `any`, which counts the calls "
    "of\n"
    "all of them together; its process is killed before its\n"
    "Nth call (from 1; 0: never). KIND is `all`, or `writes`, which counts only calls that change\n"
    "files or locks, or fail=ERRNO (a number) or fail-on=ERRNO: nobody is killed then, but that "
    "call,\n"
    "or it and all that follow, fail with this error; only calls count that get something. What\n"
    "the dynamic loader calls is not counted where a process is to be killed: nothing of the\n"
    "program has run by then.\n"
    "REPORT gets a line `task I: C calls` each, and `killed` or `failed` when it happened. SIGTERM "
    "ends\n"
    "it, and leaves a process that it was attached to as it is. With --attach a "
    "line\n"
    "on standard output tells that everything is followed. Ends when all tasks have ended; when "
    "it\n"
    "is killed itself, COMMAND ends with it.\n";

struct range {
    unsigned long long begin, end;
};

struct task {
    pid_t id;
    bool started;
    struct range loader; /* its code; empty: not looked for yet */
    bool failing;        /* in the call that is to fail */
    bool is_brk;
    unsigned long long argument; /* its first */
    unsigned long calls;
};

struct tracer {
    bool writes_only;
    long error; /* that calls fail with; 0: the process is killed */
    bool and_on;
    size_t target;
    unsigned long when;
    unsigned long calls; /* of all tasks */
    bool happened;
    struct task tasks[TASKS_MAX];
    size_t count;
};

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

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

/* Giving a lock back is a call like taking it, but it does not fail. */
static bool gives_back(const struct task *task, const struct ptrace_syscall_info *info)
{
    if (info->entry.nr == SYS_flock)
        return (info->entry.args[1] & LOCK_UN) != 0;
    /* The first member of struct flock is its l_type. */
    return info->entry.nr == SYS_fcntl &&
           (info->entry.args[1] == F_SETLK || info->entry.args[1] == F_SETLKW) &&
           (short)ptrace(PTRACE_PEEKDATA, task->id, info->entry.args[2], NULL) == F_UNLCK;
}

/* Calls that get something and may not. Those that give it back, or wait, do not fail. */
static bool can_fail(const struct task *task, const struct ptrace_syscall_info *info)
{
    static const long calls[] = {
        SYS_openat,     SYS_read,      SYS_pread64,   SYS_write,      SYS_pwrite64,  SYS_writev,
        SYS_fsync,      SYS_fdatasync, SYS_fstat,     SYS_newfstatat, SYS_lseek,     SYS_ftruncate,
        SYS_fcntl,      SYS_flock,     SYS_mmap,      SYS_mremap,     SYS_brk,       SYS_socket,
        SYS_connect,    SYS_sendto,    SYS_sendmsg,   SYS_recvfrom,   SYS_recvmsg,   SYS_accept4,
        SYS_clone3,     SYS_clone,     SYS_getrandom, SYS_unlinkat,   SYS_fallocate, SYS_getsockopt,
        SYS_setsockopt, SYS_pipe2,     SYS_eventfd2,  SYS_epoll_ctl,  SYS_mprotect,  SYS_dup,
        SYS_unlink,     SYS_stat,      SYS_access,    SYS_open};

    for (size_t i = 0; i < CS_ARRAY_SIZE(calls); i++) {
        if (info->entry.nr == (unsigned long long)calls[i])
            return !gives_back(task, info);
    }
    return false;
}

/* Where the dynamic loader's code lies in a process; an empty range where it has none. */
static struct range find_loader(pid_t id)
{
    char path[64], line[512], modes[5];
    struct range range = {0};
    FILE *maps;

    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)id);
    maps = fopen(path, "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (strstr(line, "/ld-linux") != NULL &&
            sscanf(line, "%llx-%llx %4s", &range.begin, &range.end, modes) == 3 && modes[2] == 'x')
            break;
        range = (struct range){0};
    }
    if (maps != NULL)
        (void)fclose(maps);
    return range;
}

static bool by_loader(struct task *task, unsigned long long caller)
{
    if (task->loader.end == 0)
        task->loader = find_loader(task->id);
    return caller >= task->loader.begin && caller < task->loader.end;
}

#ifdef __x86_64__
/* At the start of a call that is to fail: has the kernel do nothing. brk has no error, but answers
 * with the end of the heap as it is, and the C library would take anything else for a heap that it
 * has: it is asked for an end of 0. True if the call goes on. */
static bool spoil_start(struct task *task)
{
    struct user_regs_struct registers;

    if (ptrace(PTRACE_GETREGS, task->id, NULL, &registers) != 0)
        return false;
    task->is_brk = registers.orig_rax == SYS_brk;
    task->argument = registers.rdi;
    if (task->is_brk)
        registers.rdi = 0;
    else
        registers.orig_rax = (unsigned long long)-1;
    return ptrace(PTRACE_SETREGS, task->id, NULL, &registers) == 0;
}

/* At its end: the error, or for brk the argument, which a call leaves as it is: the C library
 * compares the answer with it. */
static void spoil_end(const struct task *task, long error)
{
    struct user_regs_struct registers;

    if (ptrace(PTRACE_GETREGS, task->id, NULL, &registers) != 0)
        return;
    if (task->is_brk)
        registers.rdi = task->argument;
    else
        registers.rax = (unsigned long long)-error;
    (void)ptrace(PTRACE_SETREGS, task->id, NULL, &registers);
}
#else
static bool spoil_start(struct task *task)
{
    (void)task;
    (void)fputs("kill-at: calls can be made to fail on x86-64 only\n", stderr);
    exit(EXIT_USAGE);
}

static void spoil_end(const struct task *task, long error)
{
    (void)task;
    (void)error;
}
#endif

/* Whether this call is the one. */
static bool is_due(const struct tracer *tracer, const struct task *task)
{
    unsigned long calls = tracer->target == ANY_TASK ? tracer->calls : task->calls;

    if (tracer->when == 0 || (tracer->target != ANY_TASK && task != &tracer->tasks[tracer->target]))
        return false;
    return calls == tracer->when || (tracer->and_on && calls > tracer->when);
}

/* True if the task must not continue. */
static bool at_call(struct tracer *tracer, struct task *task)
{
    struct ptrace_syscall_info info = {0};

    if (ptrace(PTRACE_GET_SYSCALL_INFO, task->id, sizeof info, &info) < 0)
        return false;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && task->failing) {
        task->failing = false;
        spoil_end(task, tracer->error);
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || (tracer->writes_only && !is_write(info.entry.nr)) ||
        (tracer->error == 0 ? by_loader(task, info.instruction_pointer) : !can_fail(task, &info)))
        return false;
    task->calls++;
    tracer->calls++;
    if (!is_due(tracer, task))
        return false;
    tracer->happened = true;
    if (tracer->error == 0)
        return kill(task->id, SIGKILL) == 0;
    task->failing = spoil_start(task);
    return false;
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
    } else if (status >> 16 == PTRACE_EVENT_EXEC) {
        task->loader = (struct range){0}; /* it lies somewhere else now */
    } else if (status >> 16 == 0 && number != SIGTRAP) {
        deliver = number;
    }
    task->started = true;
    (void)ptrace(PTRACE_SYSCALL, task->id, NULL, deliver);
}

static bool is_failing(const struct tracer *tracer)
{
    for (size_t i = 0; i < tracer->count; i++) {
        if (tracer->tasks[i].failing)
            return true;
    }
    return false;
}

/* SIGTERM ends it, but not while a call is half spoilt. */
static void follow(struct tracer *tracer)
{
    int status;

    for (;;) {
        pid_t id = waitpid(-1, &status, __WALL);

        if (id < 0 && errno == EINTR && (!ended || is_failing(tracer)))
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

/* A thread may end after its name was read; its place is the last one. */
static bool leave_out(struct tracer *tracer)
{
    tracer->count--;
    return errno == ESRCH;
}

static bool attach_task(struct tracer *tracer, pid_t id)
{
    struct task *task = find_task(tracer, id);
    int status;

    if (ptrace(PTRACE_SEIZE, id, NULL, OPTIONS) != 0)
        return leave_out(tracer);
    if ((ptrace(PTRACE_INTERRUPT, id, NULL, NULL) != 0 && errno != ESRCH) ||
        waitpid(id, &status, __WALL) != id)
        return false;
    errno = ESRCH;
    if (!WIFSTOPPED(status))
        return leave_out(tracer);
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
    good = good && tracer->count > 0;
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
    if (tracer->happened)
        (void)fputs(tracer->error != 0 ? "failed\n" : "killed\n", out);
    return fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool read_kind(const char *kind, struct tracer *tracer)
{
    const char *error = strchr(kind, '=');

    tracer->writes_only = strcmp(kind, "writes") == 0;
    if (error == NULL)
        return tracer->writes_only || strcmp(kind, "all") == 0;
    tracer->and_on = strncmp(kind, "fail-on=", 8) == 0;
    tracer->error = strtol(error + 1, NULL, 10);
    return (tracer->and_on || strncmp(kind, "fail=", 5) == 0) && tracer->error > 0;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = end};
    static struct tracer tracer;

    if (argc < 6 || !read_kind(argv[2], &tracer)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    tracer.target = strcmp(argv[3], "any") == 0 ? ANY_TASK : strtoul(argv[3], NULL, 10);
    tracer.when = strtoul(argv[4], NULL, 10);
    if (tracer.target > ANY_TASK)
        return EXIT_USAGE;
    (void)sigaction(SIGTERM, &action, NULL);
    if (strcmp(argv[5], "--attach") != 0) {
        start(&tracer, argv + 5);
    } else if (argc != 7 || !attach(&tracer, argv[6])) {
        (void)fprintf(stderr, "kill-at: cannot attach: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    follow(&tracer);
    return report(&tracer, argv[1]);
}
