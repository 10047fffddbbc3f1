/* SPDX-License-Identifier: Apache-2.0 */
/* A key's device node, for code that opens it directly: libfido2, which examines it, and u2f/hid.c.
 * The kernel decides who may open it; reads and writes go to the key. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/softkey/softkey.h"

enum { DESCRIPTORS = 1024 };

/* The C library's functions under our own names: its headers inline some of them, and declare that
 * others read nothing. */
VISIBLE int node_open(const char *path, int flags, ...) __asm__("open");
VISIBLE int node_close(int fd) __asm__("close");
VISIBLE int node_fstat(int fd, struct stat *status) __asm__("fstat");
VISIBLE ssize_t node_write(int fd, const void *data, size_t length) __asm__("write");
VISIBLE ssize_t node_read(int fd, void *data, size_t length) __asm__("read");
VISIBLE int node_poll(struct pollfd *entries, nfds_t count, int milliseconds) __asm__("poll");
VISIBLE int node_ppoll(struct pollfd *entries, nfds_t count, const struct timespec *patience,
                       const sigset_t *mask) __asm__("ppoll");

static struct hid_device_ *nodes[DESCRIPTORS]; /* by descriptor; NULL for any other */

static struct hid_device_ *node(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS ? nodes[fd] : NULL;
}

bool softkey_is_node(int fd)
{
    return node(fd) != NULL;
}

static bool is_key(const char *path)
{
    char name[SOFTKEY_PATH_MAX];

    if (strncmp(path, SOFTKEY_DEV, strlen(SOFTKEY_DEV)) == 0)
        path += strlen(SOFTKEY_DEV);
    for (unsigned i = 0; i < SOFTKEY_KEYS; i++) {
        if (softkey_path(i, name) && strcmp(path, name) == 0)
            return true;
    }
    return false;
}

static int fail(int reason)
{
    errno = reason;
    return -1;
}

/* The key's own code opens its file read-only, and gets the file. */
int node_open(const char *path, int flags, ...)
{
    unsigned mode = 0;
    int fd;

    if (__OPEN_NEEDS_MODE(flags)) {
        va_list arguments;

        va_start(arguments, flags);
        mode = va_arg(arguments, unsigned);
        va_end(arguments);
    }
    fd = openat(AT_FDCWD, path, flags, mode);
    if (fd < 0 || (flags & O_ACCMODE) != O_RDWR || !is_key(path))
        return fd;
    if (fd < DESCRIPTORS)
        nodes[fd] = softkey_open(path);
    if (softkey_is_node(fd))
        return fd;
    (void)close(fd);
    return fail(ENODEV);
}

int node_close(int fd)
{
    if (softkey_is_node(fd)) {
        free(nodes[fd]);
        nodes[fd] = NULL;
    }
    return (int)syscall(SYS_close, fd);
}

int node_fstat(int fd, struct stat *status)
{
    int result = fstatat(fd, "", status, AT_EMPTY_PATH);

    if (result == 0 && softkey_is_node(fd))
        status->st_mode = S_IFCHR | (status->st_mode & 0777);
    return result;
}

ssize_t node_write(int fd, const void *data, size_t length)
{
    struct hid_device_ *key = node(fd);

    if (key == NULL)
        return syscall(SYS_write, fd, data, length);
    return softkey_write(key, data, length) ? (ssize_t)length : fail(EIO);
}

ssize_t node_read(int fd, void *data, size_t length)
{
    struct hid_device_ *key = node(fd);

    if (key == NULL)
        return syscall(SYS_read, fd, data, length);
    if (key->gone || length < SOFTKEY_REPORT)
        return fail(EIO);
    return softkey_give(key, data) ? SOFTKEY_REPORT : fail(EAGAIN);
}

/* A key only answers, and beats while it waits for a touch. */
static int poll_key(struct hid_device_ *key, struct pollfd *entry, int milliseconds,
                    const sigset_t *mask)
{
    int result = softkey_wait(key, milliseconds, mask);

    entry->revents = 0;
    if (result > 0)
        entry->revents = key->out_due ? POLLIN : POLLERR | POLLHUP;
    return result;
}

/* The kernel's poll, by the call that every architecture has. */
static int real_poll(struct pollfd *entries, nfds_t count, int milliseconds)
{
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    return (int)syscall(SYS_ppoll, entries, count, milliseconds < 0 ? NULL : &left, NULL, 0);
}

/* A key and one other descriptor, which is looked at between the key's beats. */
static int poll_both(struct hid_device_ *key, struct pollfd *entries, int milliseconds)
{
    int64_t until = softkey_now() + milliseconds;

    for (;;) {
        int64_t left = milliseconds < 0 ? SOFTKEY_BEAT_MS : until - softkey_now();
        int other = real_poll(entries + 1, 1, 0), result;

        if (left < 0)
            left = 0;
        if (other < 0)
            return other;
        result =
            poll_key(key, entries,
                     other > 0 ? 0 : (int)(left < SOFTKEY_BEAT_MS ? left : SOFTKEY_BEAT_MS), NULL);
        if (result != 0 || other > 0 || left == 0)
            return result < 0 ? result : result + other;
    }
}

int node_poll(struct pollfd *entries, nfds_t count, int milliseconds)
{
    struct hid_device_ *key = count == 1 || count == 2 ? node(entries->fd) : NULL;

    if (key != NULL && count == 2)
        return poll_both(key, entries, milliseconds);
    if (key == NULL)
        return real_poll(entries, count, milliseconds);
    return poll_key(key, entries, milliseconds, NULL);
}

int node_ppoll(struct pollfd *entries, nfds_t count, const struct timespec *patience,
               const sigset_t *mask)
{
    struct hid_device_ *key = count == 1 ? node(entries->fd) : NULL;
    struct timespec left;
    int milliseconds = -1;

    if (patience != NULL) {
        left = *patience; /* the kernel counts it down; the C library's callers keep it */
        milliseconds = (int)(left.tv_sec * 1000 + left.tv_nsec / 1000000);
    }
    if (key != NULL)
        return poll_key(key, entries, milliseconds, mask);
    return (int)syscall(SYS_ppoll, entries, count, patience ? &left : NULL, mask, sizeof(uint64_t));
}
