/* SPDX-License-Identifier: Apache-2.0 */
/* A PAM line whose module is gone refuses the logins that read it, root's at the console among
 * them. So this reads lines more simply than libpam does: whatever may name the module counts. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/strlist.h"
#include "cli/cli.h"
#include "cli/verb.h"

static const char module[] = "pam_countersign";

/* Where libpam reads files, and where pam-auth-update takes lines from. */
static const char *const folders[] = {"/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam-configs"};
static const char *const files[] = {"/etc/pam.conf"};

struct search {
    struct cs_json_writer *writer; /* NULL: for people */
    unsigned lines;                /* that name the module */
    unsigned unread;               /* files */
    bool failed;
};

/* A line that is a comment; and what follows a # unless that may be within brackets. */
static bool names_module(const char *line)
{
    const char *found = strstr(line, module), *hash = strchr(line, '#'), *bracket;

    if (found == NULL || hash == NULL || hash > found)
        return found != NULL;
    bracket = strchr(line, '[');
    return bracket != NULL && bracket < hash && line[strspn(line, " \t")] != '#';
}

static void report(struct search *search, const char *path, size_t number, const char *line)
{
    size_t length = strcspn(line, "\n");
    struct cs_error text = {0};

    search->lines++;
    if (search->writer == NULL) {
        (void)cs_fail(&text, CS_ERR_INPUT, "%s:%zu: %.*s", path, number,
                      length < 512 ? (int)length : 512, line);
        (void)cs_complain(&text);
        return;
    }
    cs_json_write_object(search->writer, NULL);
    cs_json_write_string(search->writer, "file", path);
    cs_json_write_integer(search->writer, "line", (int64_t)number);
    cs_json_write_end(search->writer);
}

/* What cannot be read may name the module. */
static void give_up(struct search *search, const char *path)
{
    struct cs_error text = {0};

    search->unread++;
    (void)cs_fail_errno(&text, "%s: cannot be read", path);
    (void)cs_complain(&text);
}

static void search_file(struct search *search, const char *path)
{
    CS_AUTO(cs_string_free) char *line = NULL;
    struct stat status;
    FILE *file = fopen(path, "re");
    size_t size = 0, number = 0;

    if (file == NULL && errno == ENOENT)
        return;
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        give_up(search, path);
    } else if (S_ISREG(status.st_mode)) {
        while (getline(&line, &size, file) >= 0) {
            number++;
            if (names_module(line))
                report(search, path, number, line);
        }
        if (!feof(file))
            give_up(search, path);
    }
    if (file != NULL)
        (void)fclose(file);
}

static void search_folder(struct search *search, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);

    if (count < 0 && errno != ENOENT)
        give_up(search, folder);
    for (int i = 0; i < count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

        cs_buffer_printf(&path, "%s/%s", folder, entries[i]->d_name);
        if (path.failed)
            search->failed = true;
        else if (entries[i]->d_name[0] != '.')
            search_file(search, path.text);
        free(entries[i]);
    }
    free(entries);
}

static enum cs_err finish(const struct search *search, struct cs_error *error)
{
    if (search->failed)
        return cs_fail_nomem(error);
    if (search->lines == 0 && search->unread == 0) {
        if (search->writer == NULL)
            (void)printf("No PAM file names the module, so it may be removed; "
                         "man countersign, REMOVAL, has the order.\n");
        return CS_OK;
    }
    if (search->lines == 0)
        return cs_fail(error, CS_ERR_SYSTEM, "what cannot be read may name the module");
    return cs_fail(error, CS_ERR_INPUT,
                   "take these %u lines out before you remove the module: a line whose module is "
                   "gone refuses the logins that read it",
                   search->lines);
}

int cs_cmd_uninstall_check(struct cs_cli *cli, const struct cs_words *words)
{
    struct search search = {.writer = cli->json ? cs_json_writer_new() : NULL};
    struct cs_error error = {0};
    enum cs_err result;
    int status = CS_EXIT_OK;

    (void)words;
    if (search.writer != NULL)
        cs_json_write_array(search.writer, NULL);
    for (size_t i = 0; i < CS_ARRAY_SIZE(folders); i++)
        search_folder(&search, folders[i]);
    for (size_t i = 0; i < CS_ARRAY_SIZE(files); i++)
        search_file(&search, files[i]);
    result = finish(&search, &error);
    if (search.writer != NULL) {
        cs_json_write_end(search.writer);
        status = cs_print_json(&search.writer, CS_JSON_FORMATTED);
    }
    return result == CS_OK ? status : cs_complain(&error);
}
