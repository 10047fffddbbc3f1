/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/connect.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/privilege.h"
#include "base/strlist.h"
#include "base/trusted_open.h"

enum { BACKLOG_RETRY_MS = 20 };

static enum cs_err check_folder(const char *path, uid_t owner, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *folder = strdup(path);
    const struct cs_trust trust = {.owner = owner};

    if (folder == NULL)
        return cs_fail_nomem(error);
    *strrchr(folder, '/') = '\0'; /* cs_connect_broker checked that the path is absolute */
    return cs_check_trusted_folder(folder[0] ? folder : "/", &trust, error);
}

/* `folder` is the result of checking the folder for ownership by root, which is done before
 * connecting so that nothing delays the messages after it. A folder of the broker's account is as
 * good if that account listens. */
static enum cs_err check_listener(int socket, const char *path, enum cs_err folder,
                                  struct cs_error *error)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    uid_t owner = 0;
    gid_t group;

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return cs_fail_errno(error, "%s: cannot find out who is listening", path);
    if (peer.uid != 0 && cs_run_user(&owner, &group, error) != CS_OK)
        return error ? error->code : CS_ERR_TRUST;
    if (peer.uid != owner)
        return cs_fail(error, CS_ERR_TRUST, "%s: uid %u is listening there, not the broker", path,
                       (unsigned)peer.uid);
    return folder == CS_OK ? CS_OK : check_folder(path, owner, error);
}

static enum cs_err connect_retrying(int socket, const struct sockaddr_un *address, int64_t deadline,
                                    struct cs_error *error)
{
    const char *path = address->sun_path;

    for (;;) {
        if (connect(socket, (const struct sockaddr *)address, sizeof *address) == 0)
            return CS_OK;
        if (errno == ENOENT || errno == ECONNREFUSED)
            return cs_fail(error, CS_ERR_NOT_FOUND, "%s: no broker is running", path);
        if (errno == EACCES)
            return cs_fail(
                error, CS_ERR_UNAVAILABLE,
                "%s: not permitted; see allow_unprivileged and allow_service_accounts in "
                "countersign.json(5)",
                path);
        if (errno != EAGAIN && errno != EINTR)
            return cs_fail_errno(error, "%s: cannot connect", path);
        if (cs_clock_left(deadline) == 0)
            return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: the broker is too busy", path);
        if (errno == EAGAIN)
            (void)poll(NULL, 0, BACKLOG_RETRY_MS);
    }
}

enum cs_err cs_connect_broker(const char *path, int64_t deadline, int *ret_socket,
                              struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum cs_err folder, result;

    if (path[0] != '/' || strlen(path) >= sizeof address.sun_path)
        return cs_fail(error, CS_ERR_CONFIG, "%s: not an absolute path shorter than %zu bytes",
                       path, sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    folder = check_folder(path, 0, NULL);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return cs_fail_errno(error, "socket");
    result = connect_retrying(fd, &address, deadline, error);
    if (result != CS_OK)
        return result;
    result = check_listener(fd, path, folder, error);
    /* Something is listening: even if nothing can be found out about it, stand-alone must not take
     * over. */
    if (result != CS_OK)
        return result == CS_ERR_NOT_FOUND ? CS_ERR_TRUST : result;
    *ret_socket = fd;
    fd = -1;
    return CS_OK;
}
