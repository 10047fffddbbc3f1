/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/openat2.h>
#include <nss.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"

/* O_NONBLOCK: a FIFO must not hold anybody up. */
int cs_root_open(const char *root, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC | O_NONBLOCK),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    CS_AUTO(cs_fd_close) int folder = -1;

    if ((flags & O_PATH) != 0)
        how.flags = (unsigned)(flags | O_CLOEXEC);
    if (root[0] == '\0')
        return open(path, (int)how.flags);
    folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 ? -1 : (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int cs_root_stat(const char *root, const char *path, struct stat *ret_status)
{
    CS_AUTO(cs_fd_close) int fd = cs_root_open(root, path, O_PATH);

    return fd < 0 ? -1 : fstat(fd, ret_status);
}

enum cs_err cs_root_read(const char *root, const char *path, struct cs_secret *ret_content,
                         struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = cs_root_open(root, path, O_RDONLY);

    if (fd < 0)
        return cs_fail_errno(error, "%s", path);
    return cs_read_all(fd, path, CS_ROOT_FILE_MAX, ret_content, error);
}

enum cs_err cs_root_read_tail(const char *root, const char *path, struct cs_secret *ret_content,
                              struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = cs_root_open(root, path, O_RDONLY);
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    char part[4096];
    ssize_t got;

    if (size < 0 || lseek(fd, size > CS_ROOT_FILE_MAX ? -CS_ROOT_FILE_MAX : -size, SEEK_END) < 0)
        return cs_fail_errno(error, "%s", path);
    while (text.length < CS_ROOT_FILE_MAX && (got = read(fd, part, sizeof part)) > 0)
        cs_buffer_add(&text, part, (size_t)got);
    return text.failed ? cs_fail_nomem(error)
                       : cs_secret_set(ret_content, text.text ? text.text : "", text.length);
}

enum cs_err cs_root_list(const char *root, const char *path, struct cs_strlist *ret_names)
{
    int fd = cs_root_open(root, path, O_RDONLY | O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    enum cs_err result = CS_OK;

    if (folder == NULL)
        cs_fd_close(&fd);
    while (folder != NULL && result == CS_OK && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.')
            result = cs_strlist_add(ret_names, entry->d_name, strlen(entry->d_name));
    }
    if (folder != NULL)
        (void)closedir(folder);
    cs_strlist_sort(ret_names);
    return result;
}

/* The root's own name is no pattern. */
static void add_literally(struct cs_buffer *pattern, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*?[]\\{}~", *text) != NULL)
            cs_buffer_text(pattern, "\\");
        cs_buffer_add(pattern, text, 1);
    }
}

enum cs_err cs_root_glob(const char *root, const char *pattern, struct cs_strlist *ret_paths)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};
    glob_t found = {0};
    enum cs_err result = CS_OK;

    add_literally(&whole, root);
    cs_buffer_text(&whole, pattern);
    if (whole.failed)
        return CS_ERR_NOMEM;
    if (glob(whole.text, 0, NULL, &found) == GLOB_NOSPACE)
        result = CS_ERR_NOMEM;
    for (size_t i = 0; i < found.gl_pathc && result == CS_OK; i++) {
        const char *path = found.gl_pathv[i] + strlen(root);

        result = cs_strlist_add(ret_paths, path, strlen(path));
    }
    globfree(&found);
    return result;
}

enum cs_err cs_root_enter(const char *root, int *ret_outside, struct cs_error *error)
{
    static const char *const databases[] = {"passwd", "group", "shadow", "initgroups"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(databases); i++) {
        if (__nss_configure_lookup(databases[i], "files") != 0)
            return cs_fail_errno(error, "accounts from files");
    }
    *ret_outside = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*ret_outside < 0 || chroot(root) != 0 || chdir("/") != 0)
        return cs_fail_errno(error, "%s: chroot", root);
    return CS_OK;
}

enum cs_err cs_root_leave(int outside, struct cs_error *error)
{
    if (fchdir(outside) != 0 || chroot(".") != 0)
        return cs_fail_errno(error, "the way back from the root folder");
    return CS_OK;
}
