/* SPDX-License-Identifier: Apache-2.0 */
/* A private folder below /tmp. Every function fails the test if it does not succeed. */
#ifndef CS_TESTS_SUPPORT_SCRATCH_FOLDER_H
#define CS_TESTS_SUPPORT_SCRATCH_FOLDER_H

#include "tests/unit/unit.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static inline void scratch_folder_make(char *out, size_t size)
{
    (void)snprintf(out, size, "/tmp/countersign-test-XXXXXX");
    assert_non_null(mkdtemp(out));
}

static inline int remove_entry(const char *path, const struct stat *status, int kind,
                               struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

/* Removes it with everything in it. */
static inline void scratch_folder_remove(const char *path)
{
    enum { OPEN_FOLDERS = 8 };

    assert_int_equal(nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
