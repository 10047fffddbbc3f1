/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of the store's file before SQLite reads it. */
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

bool cs_store_is_header(const char header[CS_STORE_HEADER_BYTES])
{
    static const char magic[CS_STORE_HEADER_BYTES] = "SQLite format 3";

    return cs_equal_ct(header, magic, sizeof magic);
}

enum cs_err cs_store_check_header(const struct cs_store *store, bool create, struct cs_error *error)
{
    char header[CS_STORE_HEADER_BYTES];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;

    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&file) !=
            SQLITE_OK ||
        file == NULL || file->pMethods == NULL ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return cs_fail(error, CS_ERR_STORE, "%s: cannot examine the store", store->path);
    if (create && size == 0) /* what an interrupted creation leaves */
        return CS_OK;
    if (size < PAGE_BYTES_MIN ||
        file->pMethods->xRead(file, header, sizeof header, 0) != SQLITE_OK ||
        !cs_store_is_header(header))
        return cs_fail(error, CS_ERR_STORE,
                       "%s: not a countersign store; restore it from its backup", store->path);
    return CS_OK;
}

/* A descriptor that can only be looked at: closing any other gives up all the locks that SQLite has
 * on the file, in this process, for another store (fcntl(2)); then another program could take
 * itself for the last one that uses it, and remove the log. */
static enum cs_err open_to_look(const struct cs_store *store, bool create, int *ret_fd,
                                struct cs_error *error)
{
    struct stat status;

    *ret_fd = open(store->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (*ret_fd < 0 && errno == ENOENT)
        return create ? CS_OK
                      : cs_fail(error, CS_ERR_NOT_FOUND,
                                "%s: there is no store; restore it from its backup, or run "
                                "'countersign init' if nobody was ever enrolled",
                                store->path);
    if (*ret_fd < 0 || fstat(*ret_fd, &status) != 0)
        return cs_fail_errno(error, "%s: cannot open the store", store->path);
    if (S_ISLNK(status.st_mode))
        return cs_fail(error, CS_ERR_TRUST, "%s: is a link; name the real path", store->path);
    return faccessat(AT_FDCWD, store->path, R_OK, AT_EACCESS) == 0 || errno != EACCES
               ? CS_OK
               : cs_fail_errno(error,
                               "%s: the account " CS_RUN_USER
                               " must own it, mode 0600; cannot open the store",
                               store->path);
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
    if (result == CS_OK)
        result = open_to_look(store, create, &fd, error);
    return result == CS_OK && fd >= 0 ? cs_check_trusted(fd, store->path, &trust, &status, error)
                                      : result;
}

/* It must never be readable by others, not even briefly, whatever the umask. */
enum cs_err cs_store_make_file(const struct cs_store *store, struct cs_error *error)
{
    CS_AUTO(cs_fd_close)
    int fd = open(store->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

    return fd < 0 ? cs_fail_errno(error, "%s: cannot create the store", store->path) : CS_OK;
}
