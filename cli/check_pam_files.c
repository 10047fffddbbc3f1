/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_pam_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/file.h"

/* What libpam 1.5 reads of a line, its continuations joined. */
enum { LINE_MAX_BYTES = 1023, FILE_MAX_BYTES = 256 * 1024 };
enum { INCLUDES_MAX = 8 }; /* one within the other */

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

/* ---- the account stack ---- */

/* The account lines of a file, with those that it includes. */
struct account_lines {
    unsigned own; /* the number of the first one that names the module; 0: there is none */
    bool others;  /* some that do not */
};

/* What follows the word at the beginning of a line; NULL: the line begins with another. */
static const char *after_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    text += strspn(text, " \t");
    text += text[0] == '-';
    if (strncasecmp(text, word, length) != 0 || !is_blank(text[length]))
        return NULL;
    return text + length + strspn(text + length, " \t");
}

static void read_accounts(int folder, const char *name, unsigned depth,
                          struct account_lines *lines);

/* `@include` brings the lines of every kind; `account include` is a line of its own. What cannot be
 * followed counts as another line: nobody is warned without a reason. */
static void add_account(int folder, const char *text, unsigned number, unsigned depth,
                        struct account_lines *lines)
{
    const char *included = after_word(text, "@include");
    struct account_lines inner = {0};
    char name[256];

    if (included != NULL) {
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(included, " \t"), included);
        read_accounts(folder, name, depth + 1, &inner);
        lines->others = lines->others || inner.others;
    } else if (after_word(text, "account") == NULL) {
        return;
    } else if (strstr(text, module) == NULL) {
        lines->others = true;
    } else if (lines->own == 0) {
        lines->own = number;
    }
}

static enum cs_err warn_alone(const char *path, const struct account_lines *lines,
                              struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (lines->own == 0 || lines->others)
        return CS_OK;
    cs_buffer_printf(&text,
                     "%s:%u: nothing else is in the account stack, so PAM refuses every login that "
                     "this module did not authenticate itself and has nothing to say about, such "
                     "as one by a key alone; add '@include common-account' or 'account required "
                     "pam_permit.so' after it",
                     path, lines->own);
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
}

/* ---- files ---- */

/* Takes one whole line; anything but CS_OK ends the reading. */
typedef enum cs_err take_line(void *context, const struct line *line);

static enum cs_err each_line(const struct cs_secret *content, take_line *take, void *context)
{
    struct reader reader = {content->data, content->data + content->length, 1};
    enum cs_err result = CS_OK;

    while (result == CS_OK && reader.next < reader.end) {
        struct line line = {.number = reader.number};

        while (add_part(&reader, &line) && reader.next < reader.end)
            ;
        if (line.text.failed)
            result = CS_ERR_NOMEM;
        else if (line.text.length > 0)
            result = take(context, &line);
        cs_buffer_free(&line.text);
    }
    return result;
}

/* Reads a file that somebody else may be replacing; false: it cannot be read. */
static bool read_file(int folder, const char *name, struct cs_secret *ret_content)
{
    CS_AUTO(cs_fd_close) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    return fd >= 0 && cs_read_all(fd, name, FILE_MAX_BYTES, ret_content, NULL) == CS_OK;
}

/* Where a line stands. */
struct place {
    int folder;
    const char *path; /* for messages; NULL: there are none */
    unsigned depth;
    struct account_lines accounts;
    struct cs_strlist *warnings;
};

static enum cs_err take(void *context, const struct line *line)
{
    struct place *place = context;

    add_account(place->folder, line->text.text, line->number, place->depth, &place->accounts);
    if (place->path == NULL || strstr(line->text.text, module) == NULL)
        return CS_OK;
    return warn(place->path, line, place->warnings);
}

static void read_accounts(int folder, const char *name, unsigned depth, struct account_lines *lines)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct place place = {.folder = folder, .depth = depth};

    if (depth > INCLUDES_MAX || !read_file(folder, name, &content) ||
        each_line(&content, take, &place) != CS_OK)
        place.accounts.others = true;
    *lines = place.accounts;
}

static enum cs_err check_file(int folder, const char *path, const char *name,
                              struct cs_strlist *warnings)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct place place = {.folder = folder, .path = path, .warnings = warnings};
    enum cs_err result;

    if (!read_file(folder, name, &content))
        return CS_OK;
    result = each_line(&content, take, &place);
    return result == CS_OK ? warn_alone(path, &place.accounts, warnings) : result;
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
