/* SPDX-License-Identifier: Apache-2.0 */
/* A private folder for tests that need files. */
#ifndef CS_TESTS_UNIT_FOLDER_H
#define CS_TESTS_UNIT_FOLDER_H

#include "tests/unit/unit.h"

#include <fcntl.h>

#include "tests/support/scratch_folder.h"

enum { PATH_SIZE = 256 };

struct folder {
    char path[64];
};

/* Setup and teardown for cmocka: *state is a struct folder. */
static inline int folder_setup(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);

    if (folder == NULL)
        return -1;
    scratch_folder_make(folder->path, sizeof folder->path);
    *state = folder;
    return 0;
}

static inline int folder_teardown(void **state)
{
    struct folder *folder = *state;

    scratch_folder_remove(folder->path);
    free(folder);
    return 0;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

static inline const char *folder_path(void **state, const char *name, char out[PATH_SIZE])
{
    const struct folder *folder = *state;

    (void)snprintf(out, PATH_SIZE, "%s/%s", folder->path, name);
    return out;
}

static inline void write_file(const char *path, mode_t mode, const char *text, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), length);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

#endif
