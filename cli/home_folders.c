/* SPDX-License-Identifier: Apache-2.0 */
/* Files in home folders, which belong to people who may put anything there. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include "base/account_file.h"
#include "base/file.h"
#include "base/strlist.h"
#include "cli/import_source.h"

enum { NAME, PASSWORD, UID, GID, GECOS, HOME, FIELDS };

struct home {
    const char *user, *folder;
    uid_t uid;
    gid_t gid;
};

static bool take_id(const char *text, unsigned *ret_id)
{
    char *end = NULL;
    unsigned long id;

    errno = 0;
    id = strtoul(text, &end, 10);
    *ret_id = (unsigned)id;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && id < UINT32_MAX;
}

/* A line of /etc/passwd. */
static bool take_account(char *line, struct home *home)
{
    char *fields[FIELDS] = {0}, *rest = line;

    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = strsep(&rest, ":\n");
        if (fields[i] == NULL)
            return false;
    }
    *home = (struct home){.user = fields[NAME], .folder = fields[HOME]};
    return fields[NAME][0] != '\0' && fields[NAME][0] != '+' && fields[NAME][0] != '-' &&
           fields[HOME][0] == '/' && take_id(fields[UID], &home->uid) &&
           take_id(fields[GID], &home->gid);
}

/* With the rights of that account; -1 with errno, which is EPERM for what is there and may not be
 * read. The call that sets such an id returns the one
 * before, so a second one shows whether it was set. */
static int open_as(const struct home *home, const char *path)
{
    int fd = -1, failure = EPERM;
    struct stat status;

    (void)setfsgid(home->gid);
    (void)setfsuid(home->uid);
    if ((uid_t)setfsuid((uid_t)-1) == home->uid && (gid_t)setfsgid((gid_t)-1) == home->gid) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        failure = errno;
        if (fd < 0 && failure == EACCES && lstat(path, &status) == 0)
            failure = EPERM;
    }
    (void)setfsuid(0);
    (void)setfsgid(0);
    errno = failure;
    return fd;
}

/* NULL, or why the file does not count. */
static const char *fault_of(const struct home *home, int fd, struct cs_cli_source *source)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return "it cannot be looked at";
    if (!S_ISREG(status.st_mode))
        return "it is not a file";
    if (status.st_uid != home->uid)
        return "it belongs to somebody else";
    if ((status.st_mode & 022) != 0)
        return "others may write it";
    if ((status.st_mode & 044) != 0)
        source->note = strdup("others may read it: enrol this user anew");
    return NULL;
}

static enum cs_err read_home(const struct home *home, const char *name,
                             struct cs_cli_sources *sources, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *path = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    struct cs_cli_source source = {0};
    const char *fault;

    if (asprintf(&path, "%s/%s", home->folder, name) < 0) {
        path = NULL;
        return cs_fail_nomem(error);
    }
    fd = open_as(home, path);
    /* Many accounts of services have no folder of their own. */
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
        return CS_OK;
    fault = fd >= 0          ? fault_of(home, fd, &source)
            : errno == ELOOP ? "it is a symbolic link, which is not followed"
                             : "the account cannot open it";
    source.path = path;
    path = NULL;
    source.user = strdup(home->user);
    if (fault != NULL)
        source.fault = strdup(fault);
    if (source.user != NULL && (fault == NULL || source.fault != NULL) &&
        (fault != NULL || cs_cli_source_read(&source, fd, error) == CS_OK))
        return cs_cli_sources_add(sources, &source, error);
    cs_ignore(cs_cli_sources_add(sources, &source, NULL)); /* to be cleared with the others */
    return cs_fail_nomem(error);
}

enum cs_err cs_cli_sources_homes(const char *name, struct cs_cli_sources *ret_sources,
                                 struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    FILE *file = cs_account_file_open("/etc/passwd", NULL, &text);
    enum cs_err result = CS_OK;
    char *line = NULL;
    size_t room = 0;

    if (file == NULL)
        return cs_fail_errno(error, "/etc/passwd cannot be read");
    while (result == CS_OK && getline(&line, &room, file) >= 0) {
        struct home home;

        if (take_account(line, &home))
            result = read_home(&home, name, ret_sources, error);
    }
    free(line);
    (void)fclose(file);
    return result;
}
