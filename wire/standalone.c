/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "paths.h"
#include "wire/connect.h"

enum {
    SESSION_FD = 3, /* the descriptor that countersignd --session expects its socket on */
    SPARE_FD = 10,  /* above 0..3: the application may run with those closed */
};

static int describe_child(posix_spawn_file_actions_t *actions, int socket)
{
    int bad = 0;

    for (int fd = 0; fd < SESSION_FD; fd++)
        bad |= posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    bad |= posix_spawn_file_actions_adddup2(actions, socket, SESSION_FD);
    bad |= posix_spawn_file_actions_addclosefrom_np(actions, SESSION_FD + 1);
    bad |= posix_spawn_file_actions_addchdir_np(actions, "/");
    return bad;
}

/* A session of its own, because sshd's LoginGraceTime alarm kills sshd's process group and the end
 * of the login must still be recorded. Default signals, whatever the application did to them. */
static int describe_attributes(posix_spawnattr_t *attributes)
{
    const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t none, all;
    int bad = 0;

    sigemptyset(&none);
    sigfillset(&all);
    bad |= posix_spawnattr_setflags(attributes, flags);
    bad |= posix_spawnattr_setsigmask(attributes, &none);
    bad |= posix_spawnattr_setsigdefault(attributes, &all);
    return bad;
}

static int spawn(int socket, pid_t *ret_pid)
{
    char *arguments[] = {(char[]){"countersignd"}, (char[]){"--session"}, NULL};
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed;

    failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed == 0) {
        failed = describe_child(&actions, socket) || describe_attributes(&attributes) ? ENOMEM : 0;
        if (failed == 0)
            failed =
                posix_spawn(ret_pid, CS_BROKER_FILE, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* The started program forks once more and its first process exits at once. Waits for that process
 * only, by its pid; the application may have reaped it already. */
static void collect(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

enum cs_err cs_start_standalone(int *ret_socket, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int ours = -1;
    CS_AUTO(cs_fd_close) int theirs = -1;
    int ends[2], failed;
    pid_t pid = -1;

    if (geteuid() != 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "no broker is running, and only root can log in without one; start "
                       "countersignd.socket");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return cs_fail_errno(error, "socketpair");
    ours = ends[0];
    theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, SPARE_FD);
    cs_fd_close(&ends[1]);
    if (theirs < 0)
        return cs_fail_errno(error, "fcntl");
    failed = spawn(theirs, &pid);
    if (failed != 0) {
        errno = failed;
        return cs_fail_errno(error, "%s: cannot start", CS_BROKER_FILE);
    }
    collect(pid);
    *ret_socket = ours;
    ours = -1;
    return CS_OK;
}
