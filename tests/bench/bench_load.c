/* SPDX-License-Identifier: Apache-2.0 */
/* Loads a PAM module as libpam does, and prints microseconds, KiB made private and dirty, and
 * objects added. Linked with nothing but libc. With --libpam libpam is there before, as in sshd. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/now.h"

__attribute__((noinline)) void *load_module(const char *path);

/* callgrind counts from this name. */
__attribute__((noinline)) void *load_module(const char *path)
{
    return dlopen(path, RTLD_NOW);
}

static int count_object(struct dl_phdr_info *info, size_t size, void *count)
{
    (void)info;
    (void)size;
    ++*(int *)count;
    return 0;
}

static int objects(void)
{
    int count = 0;

    (void)dl_iterate_phdr(count_object, &count);
    return count;
}

static long private_dirty_kib(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    long kib = -1;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Private_Dirty:", 14) == 0)
            kib = strtol(line + 14, NULL, 10);
    }
    if (file != NULL)
        (void)fclose(file);
    return kib;
}

static int measure(const char *path)
{
    long dirty;
    int loaded = objects();
    double begin;

    (void)private_dirty_kib(); /* its own allocations are in both */
    dirty = private_dirty_kib();
    begin = now_us();
    if (load_module(path) == NULL) {
        fprintf(stderr, "bench-load: %s\n", dlerror());
        return 1;
    }
    begin = now_us() - begin;
    dirty = private_dirty_kib() - dirty;
    printf("%.1f %ld %d\n", begin, dirty, objects() - loaded);
    return 0;
}

int main(int argc, char **argv)
{
    int with_libpam = argc == 3 && strcmp(argv[1], "--libpam") == 0;

    if (argc != 2 + with_libpam) {
        fputs("usage: bench-load [--libpam] MODULE\n", stderr);
        return 2;
    }
    if (with_libpam && dlopen("libpam.so.0", RTLD_NOW) == NULL)
        return 1;
    return measure(argv[1 + with_libpam]);
}
