/* SPDX-License-Identifier: Apache-2.0 */
#include "base/trusted_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/names.h"
#include "base/strlist.h"
#include "paths.h"

enum { PATH_COMPONENTS_MAX = 64 };

static bool trusted_owner(const struct stat *status, const struct cs_trust *trust)
{
    return status->st_uid == 0 || status->st_uid == trust->owner;
}

static bool is_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Whom an error tells to chown it to: whoever has it by tmpfiles.conf, which would give it back. */
static uid_t rightful_owner(const char *path, bool above, const struct cs_trust *trust)
{
    if (is_in(path, CS_STATE_DIR))
        return trust->owner;
    return above || is_in(path, CS_CONFIG_DIR) || is_in(path, CS_RUN_DIR) ? 0 : trust->owner;
}

/* `above`: what is checked lies deeper. */
static enum cs_err refuse_owner(const char *path, bool above, const struct stat *status,
                                const struct cs_trust *trust, struct cs_error *error)
{
    char owner[CS_WHO_SIZE];

    cs_names_local_who(rightful_owner(path, above, trust), owner);
    return cs_fail(error, CS_ERR_TRUST, "%s: %sbelongs to uid %u; chown it to %s", path,
                   S_ISDIR(status->st_mode) ? "the folder " : "", (unsigned)status->st_uid, owner);
}

static enum cs_err check_folder(const char *path, bool above, const struct stat *status,
                                const struct cs_trust *trust, struct cs_error *error)
{
    if (!S_ISDIR(status->st_mode))
        return cs_fail(error, CS_ERR_TRUST, "%s: is a link or not a folder; name the real path",
                       path);
    if (!trusted_owner(status, trust))
        return refuse_owner(path, above, status, trust, error);
    if ((status->st_mode & 022) != 0 && (status->st_mode & S_ISVTX) == 0)
        return cs_fail(error, CS_ERR_TRUST,
                       "%s: the folder can be written by others (mode %04o); run chmod go-w on it",
                       path, (unsigned)status->st_mode & 07777);
    return CS_OK;
}

/* Everything that the broker's account reads can be given to its group. */
static enum cs_err refuse_unreadable(const char *path, struct cs_error *error)
{
    enum cs_err code = cs_fail_errno(NULL, "%s", path);
    char who[CS_WHO_SIZE];
    bool broker;

    cs_names_local_who(geteuid(), who);
    broker = strcmp(who, CS_RUN_USER) == 0;
    return cs_fail(error, code, "%s: %s needs permission to read it%s", path, who,
                   broker ? "; run chgrp " CS_RUN_USER " and chmod g+r on it, and let that "
                            "group enter its folders (chmod g+x)"
                          : "");
}

static enum cs_err open_error(const char *path, struct cs_error *error)
{
    if (errno == ELOOP || errno == ENOTDIR)
        return cs_fail(error, CS_ERR_TRUST, "%s: is a link or not a folder; name the real path",
                       path);
    if (errno == EACCES)
        return refuse_unreadable(path, error);
    return cs_fail_errno(error, "%s: cannot open", path);
}

static enum cs_err look_at(const char *path, bool above, const struct cs_trust *trust,
                           struct cs_error *error)
{
    struct stat status;

    return lstat(path, &status) == 0 ? check_folder(path, above, &status, trust, error)
                                     : open_error(path, error);
}

/*
 * Checks every folder above the last component, from the root down. Only trusted users can replace
 * a folder that has passed, so the next component is looked up in that folder and nowhere else.
 * `path` is modified during the walk and restored.
 */
static enum cs_err check_parents(char *path, const struct cs_trust *trust, struct cs_error *error)
{
    char *slash = path;
    enum cs_err result = look_at("/", true, trust, error);

    if (path[0] != '/')
        return cs_fail(error, CS_ERR_INPUT, "%s: not an absolute path", path);
    for (unsigned depth = 0; depth < PATH_COMPONENTS_MAX && result == CS_OK; depth++) {
        slash = strchr(slash + 1, '/');
        if (slash == NULL)
            return CS_OK;
        *slash = '\0';
        result = look_at(path, true, trust, error);
        *slash = '/';
    }
    return result == CS_OK ? cs_fail(error, CS_ERR_LIMIT, "%s: too many folders", path) : result;
}

static enum cs_err check_above(const char *path, const struct cs_trust *trust,
                               struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *copy = strdup(path);

    return copy ? check_parents(copy, trust, error) : cs_fail_nomem(error);
}

enum cs_err cs_check_trusted(int fd, const char *name, const struct cs_trust *trust,
                             struct stat *ret_status, struct cs_error *error)
{
    if (fstat(fd, ret_status) != 0)
        return cs_fail_errno(error, "%s: cannot examine the file", name);
    if (!S_ISREG(ret_status->st_mode))
        return cs_fail(error, CS_ERR_TRUST, "%s: not a regular file", name);
    if (!trusted_owner(ret_status, trust))
        return refuse_owner(name, false, ret_status, trust, error);
    if ((ret_status->st_mode & trust->forbidden) != 0)
        return cs_fail(error, CS_ERR_TRUST, "%s: mode %04o is too open; run chmod %04o on it", name,
                       (unsigned)ret_status->st_mode & 07777,
                       (unsigned)(ret_status->st_mode & 0777 & ~trust->forbidden));
    return CS_OK;
}

enum cs_err cs_open_trusted(const char *path, const struct cs_trust *trust, int *ret_fd,
                            struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    struct stat status;
    enum cs_err result = check_above(path, trust, error);

    if (result != CS_OK)
        return result;
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return open_error(path, error);
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
    enum cs_err result = check_above(path, trust, error);

    return result == CS_OK ? look_at(path, false, trust, error) : result;
}
