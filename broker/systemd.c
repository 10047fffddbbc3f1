/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/systemd.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"

enum { LISTEN_FDS_START = 3 };

static enum cs_err check_listener(int fd, struct cs_error *error)
{
    int type = 0, listening = 0;
    socklen_t size = sizeof type;

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the socket that systemd passed is not a listening ListenSequentialPacket=");
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return cs_fail_errno(error, "fcntl");
    return CS_OK;
}

static enum cs_err read_listener(struct cs_systemd *systemd, struct cs_error *error)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");

    if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != getpid())
        return CS_OK;
    if (strcmp(count, "1") != 0)
        return cs_fail(error, CS_ERR_CONFIG, "systemd passed %s sockets; expected one", count);
    systemd->listen_fd = LISTEN_FDS_START;
    return check_listener(systemd->listen_fd, error);
}

static void copy_variable(const char *name, char *out, size_t size)
{
    const char *value = getenv(name);

    if (value != NULL && strlen(value) < size)
        memcpy(out, value, strlen(value) + 1);
}

/* A key that systemd passes (decrypted with a TPM, say) replaces the file. */
static void find_key(struct cs_systemd *systemd)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    int length =
        snprintf(systemd->key_path, sizeof systemd->key_path, "%s/store.key", folder ? folder : "");

    if (folder == NULL || length >= (int)sizeof systemd->key_path ||
        access(systemd->key_path, F_OK) != 0)
        systemd->key_path[0] = '\0';
}

enum cs_err cs_systemd_read(struct cs_systemd *ret_systemd, struct cs_error *error)
{
    enum cs_err result;

    *ret_systemd = (struct cs_systemd){.listen_fd = -1};
    result = read_listener(ret_systemd, error);
    copy_variable("NOTIFY_SOCKET", ret_systemd->notify_socket, sizeof ret_systemd->notify_socket);
    find_key(ret_systemd);
    if (clearenv() != 0 && result == CS_OK)
        result = cs_fail_errno(error, "clearenv");
    return result;
}

void cs_systemd_notify(const struct cs_systemd *systemd, const char *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(systemd->notify_socket);
    CS_AUTO(cs_fd_close) int fd = -1;

    if (length == 0 || length >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, systemd->notify_socket, length);
    if (address.sun_path[0] == '@') /* an abstract socket name */
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        return; /* systemd will report that the start timed out */
}
