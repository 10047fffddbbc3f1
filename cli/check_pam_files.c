/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_pam_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"

/* What libpam 1.5 reads of a line, its continuations joined. */
enum { LINE_MAX_BYTES = 1023, FILE_MAX_BYTES = 256 * 1024 };

static const char module[] = "pam_countersign";

/* Where a file is read. */
struct reader {
    const char *next, *end;
    unsigned number; /* of the line that `next` begins */
};

/* One line as libpam joins it. */
struct line {
    struct cs_buffer text; /* without its comment */
    size_t length;         /* with it: libpam cuts first */
    unsigned number;       /* of the first of its parts */
    bool cut;              /* by a # in brackets */
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Brackets begin at the start of a word only, and `\]` does not end them. */
static bool within_brackets(const struct cs_buffer *text)
{
    bool within = false;

    for (size_t i = 0; i < text->length; i++) {
        char before = i > 0 ? text->text[i - 1] : ' ';

        if (!within)
            within = text->text[i] == '[' && is_blank(before);
        else
            within = text->text[i] != ']' || before == '\\';
    }
    return within;
}

/* Adds one part, up to the end of its line or its comment. True: another part follows. */
static bool add_part(struct reader *reader, struct line *line)
{
    const char *newline = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
    const char *end = newline ? newline : reader->end;
    const char *hash = memchr(reader->next, '#', (size_t)(end - reader->next));
    const char *last = hash ? hash : end;
    bool goes_on = hash == NULL && newline != NULL && last > reader->next && last[-1] == '\\';

    cs_buffer_add(&line->text, reader->next, (size_t)(last - reader->next) - goes_on);
    cs_buffer_text(&line->text, goes_on ? " " : "");
    line->length += (size_t)(end - reader->next);
    line->cut = hash != NULL && within_brackets(&line->text);
    reader->next = newline ? newline + 1 : reader->end;
    reader->number++;
    return goes_on;
}

static enum cs_err warn(const char *path, const struct line *line, struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (line->cut)
        cs_buffer_printf(&text,
                         "%s:%u: a # ends a PAM line, even in brackets; move that text to the "
                         "configuration file",
                         path, line->number);
    else if (line->length > LINE_MAX_BYTES)
        cs_buffer_printf(&text,
                         "%s:%u: the line has %zu bytes, and libpam before 1.7 takes what is "
                         "behind %d for another line; move options to the configuration file",
                         path, line->number, line->length, LINE_MAX_BYTES);
    else
        return CS_OK;
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
}

static enum cs_err check_lines(const char *path, const struct cs_secret *content,
                               struct cs_strlist *warnings)
{
    struct reader reader = {content->data, content->data + content->length, 1};
    enum cs_err result = CS_OK;

    while (result == CS_OK && reader.next < reader.end) {
        struct line line = {.number = reader.number};

        while (add_part(&reader, &line) && reader.next < reader.end)
            ;
        if (line.text.failed)
            result = CS_ERR_NOMEM;
        else if (line.text.length > 0 && strstr(line.text.text, module) != NULL)
            result = warn(path, &line, warnings);
        cs_buffer_free(&line.text);
    }
    return result;
}

static enum cs_err check_file(int folder, const char *path, const char *name,
                              struct cs_strlist *warnings)
{
    CS_AUTO(cs_fd_close) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};

    if (fd < 0 || cs_read_all(fd, path, FILE_MAX_BYTES, &content, NULL) != CS_OK)
        return CS_OK;
    return check_lines(path, &content, warnings);
}

enum cs_err cs_check_pam_files(const char *folder, struct cs_strlist *warnings)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    enum cs_err result = CS_OK;

    if (entries == NULL)
        return CS_OK;
    while (result == CS_OK && (entry = readdir(entries)) != NULL) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

        if (entry->d_name[0] == '.')
            continue;
        cs_buffer_printf(&path, "%s/%s", folder, entry->d_name);
        result = path.failed ? CS_ERR_NOMEM
                             : check_file(dirfd(entries), path.text, entry->d_name, warnings);
    }
    (void)closedir(entries);
    return result;
}
