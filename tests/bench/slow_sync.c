/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded: every fsync and fdatasync takes 5 ms, as on a disk behind a network. */
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

enum { SYNC_NS = 5000000 };

static int slowly(const char *name, int fd)
{
    const struct timespec pause = {0, SYNC_NS};
    int (*real)(int);

    *(void **)(void *)&real = dlsym(RTLD_NEXT, name);
    nanosleep(&pause, NULL);
    return real(fd);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
    return slowly("fsync", fd);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return slowly("fdatasync", fd);
}
