/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/refused.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { DESCRIPTOR_MAX = 4096 }; /* the kernel's HID_MAX_DESCRIPTOR_SIZE */

/* Recognised by the usage page F1D0 in its report descriptor, little-endian there. */
static bool is_key(const char *class_folder, const char *name)
{
    static const unsigned char usage_page[] = {0x06, 0xd0, 0xf1};
    unsigned char descriptor[DESCRIPTOR_MAX];
    CS_AUTO(cs_fd_close) int fd = -1;
    char path[PATH_MAX];
    ssize_t length;

    (void)snprintf(path, sizeof path, "%s/%s/device/report_descriptor", class_folder, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    length = read(fd, descriptor, sizeof descriptor);
    return length > 0 && memmem(descriptor, (size_t)length, usage_page, sizeof usage_page) != NULL;
}

static enum cs_err try_to_open(const char *device_folder, const char *name, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", device_folder, name);
    fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 || (errno != EACCES && errno != EPERM))
        return CS_OK;
    return cs_fail(
        error, CS_ERR_NOT_FOUND,
        "%s is a security key that this program may not open; udev rules control access to it",
        path);
}

enum cs_err cs_u2f_check_refused(const char *class_folder, const char *device_folder,
                                 struct cs_error *error)
{
    DIR *folder = opendir(class_folder);
    enum cs_err result = CS_OK;
    struct dirent *entry;

    if (folder == NULL)
        return CS_OK;
    while (result == CS_OK && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.' && is_key(class_folder, entry->d_name))
            result = try_to_open(device_folder, entry->d_name, error);
    }
    (void)closedir(folder);
    return result;
}
