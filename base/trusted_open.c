#include "base/trusted_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/strlist.h"

enum { PATH_COMPONENTS_MAX = 64 };

static bool trusted_owner(const struct stat *status, const struct cs_trust *trust)
{
    return status->st_uid == 0 || status->st_uid == trust->owner;
}

static enum cs_err check_folder(int fd, const char *path, const struct cs_trust *trust,
                                struct cs_error *error)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return cs_fail_errno(error, "%s: cannot look at the folder", path);
    if (!trusted_owner(&status, trust))
        return cs_fail(error, CS_ERR_TRUST, "%s: the folder belongs to uid %u; chown it to root",
                       path, (unsigned)status.st_uid);
    if ((status.st_mode & 022) != 0 && (status.st_mode & S_ISVTX) == 0)
        return cs_fail(error, CS_ERR_TRUST,
                       "%s: the folder can be written by others (mode %04o); chmod go-w it", path,
                       (unsigned)status.st_mode & 07777);
    return CS_OK;
}

static enum cs_err open_error(const char *path, struct cs_error *error)
{
    if (errno == ELOOP || errno == ENOTDIR)
        return cs_fail(error, CS_ERR_TRUST, "%s: is a link or not a folder; name the real path",
                       path);
    if (errno == EACCES)
        return cs_fail_errno(error, "%s: uid %u must be able to read it; cannot open", path,
                             (unsigned)geteuid());
    return cs_fail_errno(error, "%s: cannot open", path);
}

/* Walks from the root to the folder that holds the last component, checking each. `path` is changed
 * while walking and restored. */
static enum cs_err open_parent(char *path, const struct cs_trust *trust, int *ret_fd,
                               char **ret_last, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char *component = path + 1;

    if (path[0] != '/')
        return cs_fail(error, CS_ERR_INPUT, "%s: not an absolute path", path);
    if (folder < 0)
        return cs_fail_errno(error, "/: cannot open");
    for (unsigned depth = 0; depth < PATH_COMPONENTS_MAX; depth++) {
        char *slash = strchr(component, '/');
        enum cs_err result;
        int next;

        result = check_folder(folder, component == path + 1 ? "/" : path, trust, error);
        if (result != CS_OK)
            return result;
        if (slash == NULL) {
            *ret_last = component;
            *ret_fd = folder;
            folder = -1;
            return CS_OK;
        }
        if (component != path + 1)
            component[-1] = '/';
        *slash = '\0';
        next = openat(folder, component, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0)
            return open_error(path, error);
        cs_fd_close(&folder);
        folder = next;
        component = slash + 1;
    }
    return cs_fail(error, CS_ERR_LIMIT, "%s: too many folders", path);
}

static enum cs_err open_in_trusted(const char *path, int flags, const struct cs_trust *trust,
                                   int *ret_fd, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *copy = strdup(path);
    CS_AUTO(cs_fd_close) int parent = -1;
    char *last = NULL;
    enum cs_err result;
    int fd;

    if (copy == NULL)
        return cs_fail_nomem(error);
    result = open_parent(copy, trust, &parent, &last, error);
    if (result != CS_OK)
        return result;
    fd = openat(parent, last, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return open_error(path, error);
    *ret_fd = fd;
    return CS_OK;
}

enum cs_err cs_check_trusted(int fd, const char *name, const struct cs_trust *trust,
                             struct stat *ret_status, struct cs_error *error)
{
    if (fstat(fd, ret_status) != 0)
        return cs_fail_errno(error, "%s: cannot look at the file", name);
    if (!S_ISREG(ret_status->st_mode))
        return cs_fail(error, CS_ERR_TRUST, "%s: not a regular file", name);
    if (!trusted_owner(ret_status, trust))
        return cs_fail(error, CS_ERR_TRUST, "%s: belongs to uid %u; chown it to uid %u", name,
                       (unsigned)ret_status->st_uid, (unsigned)trust->owner);
    if ((ret_status->st_mode & trust->forbidden) != 0)
        return cs_fail(error, CS_ERR_TRUST, "%s: mode %04o is too open; chmod %04o it", name,
                       (unsigned)ret_status->st_mode & 07777,
                       (unsigned)(ret_status->st_mode & 0777 & ~trust->forbidden));
    return CS_OK;
}

enum cs_err cs_open_trusted(const char *path, const struct cs_trust *trust, int *ret_fd,
                            struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    struct stat status;
    enum cs_err result;

    result = open_in_trusted(path, O_RDONLY, trust, &fd, error);
    if (result == CS_OK)
        result = cs_check_trusted(fd, path, trust, &status, error);
    if (result != CS_OK)
        return result;
    *ret_fd = fd;
    fd = -1;
    return CS_OK;
}

enum cs_err cs_check_trusted_folder(const char *path, const struct cs_trust *trust,
                                    struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result;

    if (strcmp(path, "/") == 0) /* has no name within a folder; "." in it is the same */
        path = "/.";
    result = open_in_trusted(path, O_PATH | O_DIRECTORY, trust, &fd, error);
    if (result != CS_OK)
        return result;
    return check_folder(fd, path, trust, error);
}
