/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/letters_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "base/trusted_open.h"

enum order { PUT, SYNC, KEEP };

/* Before the content of a file, and alone for everything else. */
struct request {
    enum order order;
    size_t length;
    char name[256];
};

static const char temporary[] = ".letter.new";

/* ---- the child ---- */

struct writer {
    int peer, folder;
    const char *path;
    struct cs_strlist written;
    bool keep, made;
};

/* Whoever sends names is less than root, and they must stay in the folder. */
static bool is_name(const char name[256])
{
    size_t length = strnlen(name, 256);

    return length > 0 && length < 256 && name[0] != '.' && memchr(name, '/', length) == NULL;
}

static enum cs_err fill(const struct writer *writer, const char *data, size_t length,
                        struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;

    /* An interrupted run may have left one behind, which is useless. */
    (void)unlinkat(writer->folder, temporary, 0);
    fd = openat(writer->folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                0600);
    if (fd < 0 || fchmod(fd, 0600) != 0 || cs_write_all(fd, data, length) != CS_OK)
        return cs_fail_errno(error, "%s: cannot write a letter", writer->path);
    return CS_OK;
}

static enum cs_err put(struct writer *writer, const char *name, const char *data, size_t length,
                       struct cs_error *error)
{
    enum cs_err result = fill(writer, data, length, error);

    if (result == CS_OK &&
        renameat2(writer->folder, temporary, writer->folder, name, RENAME_NOREPLACE) != 0)
        result = errno == EEXIST
                     ? cs_fail(error, CS_ERR_TRUST,
                               "%s/%s: already exists, and is kept as it is; choose another folder",
                               writer->path, name)
                     : cs_fail_errno(error, "%s/%s: cannot write", writer->path, name);
    if (result != CS_OK) {
        (void)unlinkat(writer->folder, temporary, 0);
        return result;
    }
    if (cs_strlist_add(&writer->written, name, strlen(name)) == CS_OK)
        return CS_OK;
    (void)unlinkat(writer->folder, name, 0);
    return cs_fail_nomem(error);
}

static enum cs_err sync_all(const struct writer *writer, struct cs_error *error)
{
    return syncfs(writer->folder) == 0
               ? CS_OK
               : cs_fail_errno(error, "%s: the letters cannot be brought to the disk",
                               writer->path);
}

/* False: the tool has ended, or makes no sense. */
static bool serve(struct writer *writer)
{
    struct cs_error answer = {.code = CS_OK};
    CS_AUTO(cs_secret_free) struct cs_secret data = {0};
    struct request request;

    if (!cs_read_exactly(writer->peer, &request, sizeof request) ||
        request.length > CS_LETTER_BYTES_MAX)
        return false;
    data.data = malloc(request.length + 1);
    if (data.data == NULL)
        return false;
    data.length = request.length;
    if (!cs_read_exactly(writer->peer, data.data, request.length))
        return false;
    if (request.order == PUT && is_name(request.name))
        answer.code = put(writer, request.name, data.data, request.length, &answer);
    else if (request.order == SYNC)
        answer.code = sync_all(writer, &answer);
    else if (request.order == KEEP)
        writer->keep = true;
    else
        return false;
    return cs_write_all(writer->peer, &answer, sizeof answer) == CS_OK;
}

static _Noreturn void run_writer(struct writer *writer)
{
    /* What ends the tool is sent to this one as well, which has to clean up then. */
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

    for (size_t i = 0; i < CS_ARRAY_SIZE(ignored); i++)
        (void)signal(ignored[i], SIG_IGN);
    while (serve(writer))
        continue;
    if (writer->keep)
        _exit(0);
    for (size_t i = 0; i < writer->written.count; i++)
        (void)unlinkat(writer->folder, writer->written.items[i], 0);
    if (writer->made)
        (void)rmdir(writer->path);
    _exit(1);
}

/* ---- the folder ---- */

/* Without a slash at its end. */
static enum cs_err absolute_path(const char *path, char **ret_path, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    if (path[0] != '/' && here == NULL)
        return cs_fail_errno(error, "the current folder cannot be read");
    if (asprintf(ret_path, "%s%s%.*s", here ? here : "", here ? "/" : "", (int)length, path) < 0) {
        *ret_path = NULL;
        return cs_fail_nomem(error);
    }
    return CS_OK;
}

static enum cs_err check_folder(struct writer *writer, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0};
    struct stat status;
    enum cs_err result = cs_check_trusted_folder(writer->path, &trust, error);

    if (result != CS_OK)
        return result;
    writer->folder = open(writer->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (writer->folder < 0 || fstat(writer->folder, &status) != 0)
        return cs_fail_errno(error, "%s: cannot open", writer->path);
    if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return cs_fail(error, CS_ERR_TRUST,
                       "%s: letters hold secrets, so that the folder must be yours and of mode "
                       "0700; choose another one, or run chmod 0700 on it",
                       writer->path);
    return CS_OK;
}

static enum cs_err start(struct writer *writer, struct cs_letters_folder *folder,
                         struct cs_error *error)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return cs_fail_errno(error, "socketpair");
    (void)fflush(stdout); /* some ways for the child to end would write it once more */
    folder->child = fork();
    if (folder->child == 0) {
        close(ends[0]);
        writer->peer = ends[1];
        run_writer(writer);
    }
    close(ends[1]);
    folder->fd = ends[0];
    if (folder->child > 0)
        return CS_OK;
    folder->child = 0;
    close(ends[0]);
    return cs_fail_errno(error, "no process can be started");
}

enum cs_err cs_letters_folder_open(const char *path, struct cs_letters_folder *ret_folder,
                                   struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *whole = NULL;
    struct writer writer = {.peer = -1, .folder = -1};
    enum cs_err result = absolute_path(path, &whole, error);

    *ret_folder = (struct cs_letters_folder){.child = 0};
    if (result != CS_OK)
        return result;
    writer.path = whole;
    writer.made = mkdir(whole, 0700) == 0;
    if (!writer.made && errno != EEXIST)
        return cs_fail_errno(error, "%s: cannot create", whole);
    result = check_folder(&writer, error);
    if (result == CS_OK)
        result = start(&writer, ret_folder, error);
    if (result != CS_OK && writer.made)
        (void)rmdir(whole);
    cs_fd_close(&writer.folder);
    return result;
}

/* ---- the tool ---- */

static enum cs_err ask(const struct cs_letters_folder *folder, const struct request *request,
                       const char *data, struct cs_error *error)
{
    struct cs_error answer = {.code = CS_OK};

    if (cs_write_all(folder->fd, request, sizeof *request) != CS_OK ||
        cs_write_all(folder->fd, data, request->length) != CS_OK ||
        !cs_read_exactly(folder->fd, &answer, sizeof answer))
        return cs_fail(error, CS_ERR_SYSTEM, "the process that writes the letters has ended");
    if (answer.code != CS_OK && error != NULL)
        *error = answer;
    return answer.code;
}

enum cs_err cs_letters_folder_put(const struct cs_letters_folder *folder, const char *name,
                                  const char *data, size_t length, struct cs_error *error)
{
    struct request request = {.order = PUT, .length = length};

    if (strlen(name) >= sizeof request.name || length > CS_LETTER_BYTES_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "the letter '%.64s' is too long, or its name is", name);
    memcpy(request.name, name, strlen(name) + 1);
    return ask(folder, &request, data, error);
}

enum cs_err cs_letters_folder_sync(const struct cs_letters_folder *folder, struct cs_error *error)
{
    return ask(folder, &(struct request){.order = SYNC}, "", error);
}

enum cs_err cs_letters_folder_keep(const struct cs_letters_folder *folder, struct cs_error *error)
{
    return ask(folder, &(struct request){.order = KEEP}, "", error);
}

void cs_letters_folder_clear(struct cs_letters_folder *folder)
{
    if (folder->child == 0)
        return;
    close(folder->fd);
    (void)waitpid(folder->child, NULL, 0);
    folder->child = 0;
}
