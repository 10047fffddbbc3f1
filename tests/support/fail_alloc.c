/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fail_alloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static struct fail_alloc unmapped;
static _Thread_local bool authenticating;

struct fail_alloc *fail_alloc = &unmapped;

/* The C library's own, under the names that it keeps for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv("CS_FAIL_CONTROL");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *memory;

    if (fd < 0)
        return;
    memory = mmap(NULL, sizeof unmapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (memory != MAP_FAILED)
        fail_alloc = memory;
}

static bool fails(void)
{
    uint64_t number;

    if (fail_alloc->armed != 1 && !(fail_alloc->armed == 2 && authenticating))
        return false;
    number = ++fail_alloc->count;
    if (fail_alloc->at == 0 || number < fail_alloc->at ||
        (number > fail_alloc->at && !fail_alloc->on))
        return false;
    errno = ENOMEM;
    return true;
}

EXPORT void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

EXPORT void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

EXPORT void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    void *memory = fails() ? NULL : __libc_memalign(alignment, size);

    if (memory == NULL)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}

EXPORT int pam_authenticate(pam_handle_t *handle, int flags)
{
    void *found = dlsym(RTLD_NEXT, "pam_authenticate");
    int (*real)(pam_handle_t * handle, int flags);
    int code;

    memcpy(&real, &found, sizeof real); /* ISO C has no cast for it */
    authenticating = true;
    code = real(handle, flags);
    authenticating = false;
    return code;
}
