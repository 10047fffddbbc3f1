/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/trusted_open.h"

enum { BACKLOG = 4096 };

static enum cs_err check_folder(const char *path, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid()};
    char folder[sizeof((struct sockaddr_un *)0)->sun_path];
    char *slash;

    memcpy(folder, path, strlen(path) + 1);
    slash = strrchr(folder, '/');
    slash[slash == folder] = '\0';
    return cs_check_trusted_folder(folder, &trust, error);
}

/* A refused connection means that the broker that left the socket is gone. */
static enum cs_err remove_stale(const struct sockaddr_un *address, int type, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int probe = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    struct stat status;

    if (lstat(address->sun_path, &status) != 0)
        return errno == ENOENT ? CS_OK : cs_fail_errno(error, "%s", address->sun_path);
    if (!S_ISSOCK(status.st_mode))
        return cs_fail(error, CS_ERR_TRUST, "%s: not a socket; remove it", address->sun_path);
    if (connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 ||
        errno != ECONNREFUSED)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: another broker is serving it",
                       address->sun_path);
    if (unlink(address->sun_path) != 0)
        return cs_fail_errno(error, "%s: cannot remove", address->sun_path);
    return CS_OK;
}

enum cs_err cs_listen(const char *path, int type, bool unprivileged, int *ret_fd,
                      struct cs_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result;

    if (path[0] != '/' || strlen(path) >= sizeof address.sun_path)
        return cs_fail(error, CS_ERR_CONFIG, "%s: not an absolute path shorter than %zu bytes",
                       path, sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    result = check_folder(path, error);
    if (result == CS_OK)
        result = remove_stale(&address, type, error);
    if (result != CS_OK)
        return result;
    fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* This program's umask is 077, so nobody else can connect between bind and chmod. */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, unprivileged ? 0666 : 0600) != 0 || listen(fd, BACKLOG) != 0)
        return cs_fail_errno(error, "%s: cannot listen", path);
    *ret_fd = fd;
    fd = -1;
    return CS_OK;
}
