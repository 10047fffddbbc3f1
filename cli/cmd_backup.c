/* SPDX-License-Identifier: Apache-2.0 */
/* Root makes the file, because only root may write where backups are; the account countersign,
 * which alone opens the store, fills it; and root gives it its name once it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/strlist.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "store/backup.h"

struct backup {
    const char *path;
    const struct cs_local_settings *local; /* the store */
    char *folder;                          /* of `path` */
    int folder_fd, fd;                     /* fd: without a name until it is whole */
};

static void clear_backup(struct backup *backup)
{
    cs_string_free(&backup->folder);
    cs_fd_close(&backup->folder_fd);
    cs_fd_close(&backup->fd);
}

static const char *name_in_folder(const struct backup *backup)
{
    const char *slash = strrchr(backup->path, '/');

    return slash != NULL ? slash + 1 : backup->path;
}

static enum cs_err make_file(struct backup *backup, struct cs_error *error)
{
    size_t length = (size_t)(name_in_folder(backup) - backup->path);

    backup->folder = length > 0 ? strndup(backup->path, length) : strdup(".");
    if (backup->folder == NULL)
        return cs_fail_nomem(error);
    if (faccessat(AT_FDCWD, backup->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return cs_fail(error, CS_ERR_INPUT, "%s: there already; no backup is overwritten",
                       backup->path);
    backup->folder_fd = open(backup->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (backup->folder_fd < 0)
        return cs_fail_errno(error, "%s: cannot open the folder", backup->folder);
    backup->fd = openat(backup->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return backup->fd >= 0
               ? CS_OK
               : cs_fail_errno(error,
                               "%s: cannot make a file without a name there; back up to another "
                               "file system and copy the file",
                               backup->folder);
}

static enum cs_err fill(void *context, struct cs_error *error)
{
    const struct backup *backup = context;
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result =
        cs_store_open(backup->local->store, backup->local->key_file, false, &store, error);

    return result == CS_OK ? cs_store_back_up(store, backup->fd, error) : result;
}

static enum cs_err name_file(const struct backup *backup, struct cs_error *error)
{
    if (linkat(backup->fd, "", backup->folder_fd, name_in_folder(backup), AT_EMPTY_PATH) != 0)
        return errno == EEXIST
                   ? cs_fail(error, CS_ERR_INPUT, "%s: there already; no backup is overwritten",
                             backup->path)
                   : cs_fail_errno(error, "%s: cannot create", backup->path);
    return fsync(backup->folder_fd) == 0 ? CS_OK
                                         : cs_fail_errno(error, "%s: cannot sync", backup->folder);
}

int cs_cmd_backup(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(clear_backup)
    struct backup backup = {.path = words->operands[0], .folder_fd = -1, .fd = -1};
    struct cs_options options;
    struct cs_error error = {0};
    enum cs_err result = cs_cli_options(cli, &config, &options, &error);

    if (result == CS_OK) {
        backup.local = cs_cli_local(&options);
        result = make_file(&backup, &error);
    }
    if (result == CS_OK)
        result = cs_cli_as_run_user(fill, &backup, NULL, 0, &error);
    if (result == CS_OK)
        result = name_file(&backup, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    (void)printf("%s is a backup of the store. It opens only with the key file %s, which is not in "
                 "it: keep a copy of that elsewhere.\n",
                 backup.path, backup.local->key_file);
    return CS_EXIT_OK;
}
