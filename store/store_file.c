/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of the store's file before SQLite sees it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/strlist.h"
#include "base/trusted_open.h"
#include "paths.h"
#include "store/store_priv.h"

enum { PAGE_BYTES_MIN = 512 /* of any SQLite database */ };

/* SQLite would take an empty file for a new database and delete the log next to it, and would read
 * a foreign file through that log, so anything that is not a database must not reach it. */
static enum cs_err check_header(const struct cs_store *store, int fd, off_t size,
                                struct cs_error *error)
{
    static const char magic[16] = "SQLite format 3";
    char header[sizeof magic];

    if (size < PAGE_BYTES_MIN || pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header ||
        !cs_equal_ct(header, magic, sizeof magic))
        return cs_fail(error, CS_ERR_STORE,
                       "%s: not a countersign store; restore it from its backup", store->path);
    return CS_OK;
}

enum cs_err cs_store_check_file(const struct cs_store *store, bool create, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0077};
    CS_AUTO(cs_string_free) char *folder = strdup(store->path);
    CS_AUTO(cs_fd_close) int fd = -1;
    struct stat status;
    enum cs_err result;

    if (folder == NULL)
        return cs_fail_nomem(error);
    if (store->path[0] != '/' || strrchr(folder, '/') == folder)
        return cs_fail(error, CS_ERR_CONFIG, "%s: not an absolute path of a file in a folder",
                       store->path);
    *strrchr(folder, '/') = '\0';
    result = cs_check_trusted_folder(folder, &trust, error);
    if (result != CS_OK)
        return result;
    fd = open(store->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return create ? CS_OK
                      : cs_fail(error, CS_ERR_NOT_FOUND,
                                "%s: there is no store; restore it from its backup, or run "
                                "'countersign init' if nobody was ever enrolled",
                                store->path);
    if (fd < 0 && errno == EACCES)
        return cs_fail_errno(error,
                             "%s: the account " CS_RUN_USER " must own it, mode 0600; cannot open "
                             "the store",
                             store->path);
    if (fd < 0)
        return errno == ELOOP
                   ? cs_fail(error, CS_ERR_TRUST, "%s: is a link; name the real path", store->path)
                   : cs_fail_errno(error, "%s: cannot open the store", store->path);
    result = cs_check_trusted(fd, store->path, &trust, &status, error);
    /* An interrupted creation leaves an empty file. */
    if (result == CS_OK && !(create && status.st_size == 0))
        result = check_header(store, fd, status.st_size, error);
    return result;
}

/* It must never be readable by others, not even briefly, whatever the umask. */
enum cs_err cs_store_make_file(const struct cs_store *store, struct cs_error *error)
{
    CS_AUTO(cs_fd_close)
    int fd = open(store->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

    return fd < 0 ? cs_fail_errno(error, "%s: cannot create the store", store->path) : CS_OK;
}
