/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/strlist.h"

enum { CHUNK_BYTES = 4096 };

void cs_fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}

/* Room for all of a file and the byte that says so, at most for `most`; a file may be longer than
 * it says (one of /proc says 0). */
static bool has_room(int fd, size_t most, struct cs_buffer *content)
{
    struct stat status;
    size_t size = fstat(fd, &status) == 0 && status.st_size > 0 ? (size_t)status.st_size + 1 : 0;

    if (content->length + 1 < content->capacity)
        return true;
    size = size < most ? size : most;
    cs_buffer_reserve(content, size > content->length ? size - content->length : CHUNK_BYTES);
    return !content->failed;
}

enum cs_err cs_read_all(int fd, const char *name, size_t limit, struct cs_secret *ret_content,
                        struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer content = {0};
    ssize_t got = 1;

    while (got != 0 && content.length <= limit) {
        if (!has_room(fd, limit + 1, &content))
            return cs_fail_nomem(error);
        got = pread(fd, content.text + content.length, content.capacity - 1 - content.length,
                    (off_t)content.length);
        if (got < 0 && errno != EINTR)
            return cs_fail_errno(error, "%s: cannot read", name);
        content.length += got > 0 ? (size_t)got : 0;
    }
    if (content.length > limit)
        return cs_fail(error, CS_ERR_LIMIT, "%s: larger than %zu bytes", name, limit);
    content.text[content.length] = '\0';
    cs_secret_free(ret_content);
    ret_content->length = content.length;
    ret_content->data = cs_buffer_take(&content);
    return CS_OK;
}

enum cs_err cs_write_all(int fd, const void *data, size_t length)
{
    const char *next = data;

    while (length > 0) {
        ssize_t done = write(fd, next, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return CS_ERR_SYSTEM;
        next += done;
        length -= (size_t)done;
    }
    return CS_OK;
}

enum cs_err cs_sync_folder_of(const char *path, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *folder = strdup(path);
    CS_AUTO(cs_fd_close) int fd = -1;
    char *slash;

    if (folder == NULL)
        return cs_fail_nomem(error);
    slash = strrchr(folder, '/');
    if (slash == NULL)
        return cs_fail(error, CS_ERR_INPUT, "%s: not an absolute path", path);
    slash[slash == folder] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return cs_fail_errno(error, "%s: cannot sync", folder);
    return CS_OK;
}

static enum cs_err put_in_place(const char *temporary, const char *path, bool exists_ok,
                                struct cs_error *error)
{
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, exists_ok ? 0 : RENAME_NOREPLACE) == 0)
        return CS_OK;
    if (errno == EEXIST)
        return cs_fail(error, CS_ERR_TRUST, "%s: already exists, and is kept as it is", path);
    return cs_fail_errno(error, "%s: cannot replace", path);
}

static enum cs_err fill(int fd, const char *temporary, unsigned mode, unsigned group,
                        const void *data, size_t length, struct cs_error *error)
{
    if (group != UINT_MAX && fchown(fd, (uid_t)-1, group) != 0)
        return cs_fail_errno(error, "%s: cannot set the group", temporary);
    if (fchmod(fd, mode) != 0 || cs_write_all(fd, data, length) != CS_OK || fsync(fd) != 0)
        return cs_fail_errno(error, "%s: cannot write", temporary);
    return CS_OK;
}

static enum cs_err write_file(const char *path, bool exists_ok, unsigned mode, unsigned group,
                              const void *data, size_t length, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *temporary = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result;

    if (asprintf(&temporary, "%s.new", path) < 0) {
        temporary = NULL;
        return cs_fail_nomem(error);
    }
    /* An interrupted run may have left one behind, which is useless. */
    if (unlink(temporary) != 0 && errno != ENOENT)
        return cs_fail_errno(error, "%s: cannot remove", temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot create", temporary);
    result = fill(fd, temporary, mode, group, data, length, error);
    if (result == CS_OK)
        result = put_in_place(temporary, path, exists_ok, error);
    if (result != CS_OK) {
        (void)unlink(temporary);
        return result;
    }
    return cs_sync_folder_of(path, error);
}

enum cs_err cs_replace_file(const char *path, unsigned mode, unsigned group, const void *data,
                            size_t length, struct cs_error *error)
{
    return write_file(path, true, mode, group, data, length, error);
}

enum cs_err cs_create_file(const char *path, unsigned mode, unsigned group, const void *data,
                           size_t length, struct cs_error *error)
{
    return write_file(path, false, mode, group, data, length, error);
}
