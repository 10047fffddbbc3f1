/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded: as long as there is a FIFO at CS_HOLD_UNLOCK, whoever gives back a lock of flock waits
 * until the FIFO's writer closes it. For the store that is the end of a batch: it is committed,
 * nobody has been told, and the next waits for the lock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static const char *fifo;

__attribute__((constructor)) static void find_fifo(void)
{
    fifo = getenv("CS_HOLD_UNLOCK");
}

static void hold(void)
{
    int fd = fifo != NULL ? open(fifo, O_RDONLY | O_CLOEXEC) : -1;
    char byte;

    if (fd < 0)
        return;
    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        continue;
    (void)close(fd);
}

__attribute__((visibility("default"))) int flock(int fd, int operation)
{
    int (*real)(int, int);

    *(void **)(void *)&real = dlsym(RTLD_NEXT, "flock");
    if ((operation & LOCK_UN) != 0)
        hold();
    return real(fd, operation);
}
