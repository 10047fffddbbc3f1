/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile key's code in the process that asked the key. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/attributes.h"
#include "tests/support/softkey/softkey.h"

/* ---- calls that must fail ---- */

static long read_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long write_file(void)
{
    return open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

static long create_file(void)
{
    return open("/dev/shm/countersign", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
}

static long open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long map_code(void)
{
    const int protection = PROT_READ | PROT_WRITE | PROT_EXEC;

    return mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

/* The kernel reads through the pointer before it checks the caller's rights: without the filter
 * this is EFAULT for everybody. */
static long mount_something(void)
{
    return syscall(SYS_mount, NULL, "/tmp", 1, 0, NULL);
}

/* Every process may set the ids that it has. */
static long change_user(void)
{
    return syscall(SYS_setuid, getuid());
}

/* On /dev/null: ENOTTY if it passes the filter. */
static long on_null(unsigned long request)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    char text = 'x';
    int result = ioctl(fd, request, &text), reason = errno;

    close(fd);
    errno = reason;
    return result;
}

static long type_into_terminal(void)
{
    return on_null(TIOCSTI);
}

static long ask_hidraw(void)
{
    return on_null(_IOR('H', 0x01, int));
}

static const struct {
    const char *name;
    long (*call)(void);
} failing[] = {
    {"read", read_file},     {"write", write_file},
    {"create", create_file}, {"socket", open_socket},
    {"code", map_code},      {"mount", mount_something},
    {"setuid", change_user}, {"tiocsti", type_into_terminal},
    {"hidraw", ask_hidraw},
};

/* ---- calls that must be the last ---- */

static void start_program(void)
{
    char *const nothing[] = {NULL};

    (void)execve("/bin/true", nothing, nothing);
}

static void make_process(void)
{
    if (fork() == 0)
        _exit(0);
}

static void be_traced(void)
{
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

/* Signal 0 only asks whether one could. */
static void signal_another(void)
{
    (void)kill(1, 0);
}

static void read_memory(void)
{
    char from = 'a', to = 'b';
    const struct iovec source = {&from, 1}, target = {&to, 1};

    (void)process_vm_readv(getpid(), &target, 1, &source, 1, 0);
}

static void write_memory(void)
{
    char from = 'a', to = 'b';
    const struct iovec source = {&from, 1}, target = {&to, 1};

    (void)process_vm_writev(getpid(), &source, 1, &target, 1, 0);
}

static const struct {
    const char *name;
    void (*call)(void);
} deadly[] = {
    {"exec", start_program},  {"fork", make_process},   {"ptrace", be_traced},
    {"kill", signal_another}, {"vm-read", read_memory}, {"vm-write", write_memory},
};

void softkey_escape(const struct hid_device_ *key)
{
    char path[SOFTKEY_PATH_MAX + 16], text[512];
    int length = 0, fd;

    for (size_t i = 0; i < CS_ARRAY_SIZE(deadly); i++) {
        if (strcmp(key->wishes.deadly, deadly[i].name) == 0)
            deadly[i].call();
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(failing); i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%s=%s ", failing[i].name,
                           failing[i].call() < 0 ? strerrorname_np(errno) : "done");
    (void)snprintf(path, sizeof path, "%s.counter", key->path);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (pwrite(fd, text, (size_t)length, 0) < 0)
        (void)fprintf(stderr, "%s: cannot write\n", path);
    close(fd);
}
