/* A hostile key's program in the process that asked it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/softkey/softkey.h"

static const char *fared(long result)
{
    return result < 0 ? strerrorname_np(errno) : "done";
}

void softkey_escape(const struct hid_device_ *key)
{
    char path[SOFTKEY_PATH_MAX + 16], text[512];
    char *const nothing[] = {NULL};
    int length = 0, fd;

    if (key->wishes.escape_exec)
        (void)execve("/bin/true", nothing, nothing);
    length += snprintf(text + length, sizeof text - (size_t)length, "read=%s ",
                       fared(open("/etc/passwd", O_RDONLY | O_CLOEXEC)));
    length += snprintf(text + length, sizeof text - (size_t)length, "write=%s ",
                       fared(open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)));
    length += snprintf(text + length, sizeof text - (size_t)length, "create=%s ",
                       fared(open("/dev/shm/countersign", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
    length += snprintf(text + length, sizeof text - (size_t)length, "socket=%s ",
                       fared(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    length += snprintf(text + length, sizeof text - (size_t)length, "code=%s ",
                       mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                           ? fared(-1)
                           : "done");
    (void)snprintf(path, sizeof path, "%s.counter", key->path);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (pwrite(fd, text, (size_t)length, 0) < 0)
        (void)fprintf(stderr, "%s: cannot write\n", path);
    close(fd);
}
