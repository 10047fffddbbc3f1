/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/backup_priv.h"
#include "store/store_priv.h"

enum { CHUNK = 8192 };

enum cs_err cs_path_beside(const char *path, const char *suffix, char ret_path[PATH_MAX],
                           struct cs_error *error)
{
    int length = snprintf(ret_path, PATH_MAX, "%s%s", path, suffix);

    return length > 0 && length < PATH_MAX
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "%s: the path is too long", path);
}

/* A file that is gone is not the one that the next to come will find. */
static bool is_at(int fd, const char *path)
{
    struct stat mine, there;

    return fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

enum cs_err cs_file_take(const char *path, int *ret_fd, struct cs_error *error)
{
    *ret_fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (*ret_fd < 0)
        return cs_fail_errno(error, "%s: cannot create", path);
    if (flock(*ret_fd, LOCK_EX | LOCK_NB) != 0 || !is_at(*ret_fd, path))
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: in use: the same command is running", path);
    return ftruncate(*ret_fd, 0) == 0 ? CS_OK : cs_fail_errno(error, "%s: cannot write", path);
}

enum cs_err cs_file_copy(int from, int to, const char *what, struct cs_error *error)
{
    char chunk[CHUNK];
    off_t at = 0;

    for (;;) {
        ssize_t got = pread(from, chunk, sizeof chunk, at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cs_fail_errno(error, "%s: cannot read", what);
        if (got == 0)
            break;
        if (cs_write_all(to, chunk, (size_t)got) != CS_OK)
            return cs_fail_errno(error, "%s: the copy cannot be written", what);
        at += got;
    }
    return fsync(to) == 0 ? CS_OK : cs_fail_errno(error, "%s: the copy cannot be written", what);
}

bool cs_snapshot(sqlite3 *from, const char *path)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(from, "VACUUM INTO ?1", -1, &statement, NULL);

    if (code != SQLITE_OK)
        return false;
    cs_sql_bind_text(statement, 1, path);
    (void)sqlite3_step(statement);
    return sqlite3_finalize(statement) == SQLITE_OK;
}

enum cs_err cs_store_back_up(struct cs_store *store, int to, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int snapshot = -1;
    char path[PATH_MAX];
    enum cs_err result = cs_path_beside(store->path, ".backup", path, error);

    if (result == CS_OK)
        result = cs_file_take(path, &snapshot, error);
    if (result != CS_OK)
        return result;
    result = cs_snapshot(store->db, path) ? CS_OK : cs_sql_fail(store, error);
    if (result == CS_OK)
        result = cs_file_copy(snapshot, to, path, error);
    if (unlink(path) != 0 && result == CS_OK)
        result = cs_fail_errno(error, "%s: cannot remove", path);
    return result;
}
