/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/names.h"

enum { FILE_BYTES_MAX = 64 << 20, ROOM_MIN = 16 };

static void clear(struct cs_cli_source *source)
{
    cs_secret_free(&source->text);
    free(source->path);
    free(source->user);
    free(source->fault);
    free(source->note);
    *source = (struct cs_cli_source){0};
}

void cs_cli_sources_clear(struct cs_cli_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        clear(&sources->items[i]);
    free(sources->items);
    *sources = (struct cs_cli_sources){0};
}

enum cs_err cs_cli_sources_add(struct cs_cli_sources *sources, struct cs_cli_source *source,
                               struct cs_error *error)
{
    if (sources->count == sources->room) {
        size_t room = sources->room > 0 ? sources->room * 2 : ROOM_MIN;
        struct cs_cli_source *items = reallocarray(sources->items, room, sizeof *items);

        if (items == NULL) {
            clear(source);
            return cs_fail_nomem(error);
        }
        sources->items = items;
        sources->room = room;
    }
    sources->items[sources->count++] = *source;
    *source = (struct cs_cli_source){0};
    return CS_OK;
}

static enum cs_err keep(char **place, const char *text, struct cs_error *error)
{
    free(*place);
    *place = strdup(text);
    return *place != NULL ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_cli_source_read(struct cs_cli_source *source, int fd, struct cs_error *error)
{
    struct cs_error why = {0};
    enum cs_err result = cs_read_all(fd, source->path, FILE_BYTES_MAX, &source->text, &why);

    if (result == CS_OK && source->text.length == 0)
        result = cs_fail(&why, CS_ERR_INPUT, "it is empty");
    else if (result == CS_OK && strlen(source->text.data) != source->text.length)
        result = cs_fail(&why, CS_ERR_INPUT, "it is not a text file");
    if (result == CS_OK)
        return CS_OK;
    cs_secret_free(&source->text);
    return keep(&source->fault, why.text, error);
}

/* ---- files that are named ---- */

/* Root's own file says nothing: it may be a copy. */
static enum cs_err find_user(struct cs_cli_source *source, int fd, struct cs_error *error)
{
    const char *slash = strrchr(source->path, '/');
    const char *base = slash != NULL ? slash + 1 : source->path;
    char name[CS_WHO_SIZE];
    struct stat status;

    if (fstat(fd, &status) != 0)
        return cs_fail_errno(error, "%s", source->path);
    if (status.st_uid != 0)
        cs_names_local_who(status.st_uid, name);
    else if (base[0] != '.')
        (void)snprintf(name, sizeof name, "%s", base);
    else
        return CS_OK;
    return keep(&source->user, name, error);
}

static enum cs_err open_file(const char *path, bool by_owner, struct cs_cli_sources *sources,
                             struct cs_error *error)
{
    bool input = strcmp(path, "-") == 0;
    CS_AUTO(cs_fd_close)
    int fd = input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                   : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct cs_cli_source source = {0};
    enum cs_err result;

    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot open", input ? "standard input" : path);
    result = keep(&source.path, path, error);
    if (result == CS_OK && by_owner && !input)
        result = find_user(&source, fd, error);
    if (result == CS_OK)
        result = cs_cli_source_read(&source, fd, error);
    if (result == CS_OK)
        return cs_cli_sources_add(sources, &source, error);
    clear(&source);
    return result;
}

enum cs_err cs_cli_sources_files(const struct cs_words *words, bool by_owner,
                                 struct cs_cli_sources *ret_sources, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (int i = 0; i < words->argument_count && result == CS_OK; i++)
        result = open_file(words->arguments[i], by_owner, ret_sources, error);
    return result;
}
