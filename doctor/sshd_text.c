/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/sshd_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lower.h"
#include "doctor/accounts.h"
#include "doctor/root.h"
#include "doctor/sshd_match.h"

enum { DEPTH_MAX = 16, SOURCES_MAX = 256 }; /* the first is sshd's own */

const char cs_sshd_config[] = "/etc/ssh/sshd_config";
static const char folder[] = "/etc/ssh";

/* Where a file is being read. */
struct reading {
    struct cs_sshd_text *text;
    const struct cs_accounts *accounts; /* with copies: the root's */
    const char *path;
    unsigned line;
    unsigned depth;
    size_t block;
    struct cs_buffer copy;
    struct cs_error *error;
};

static enum cs_err read_source(struct cs_sshd_text *text, const struct cs_accounts *accounts,
                               const char *path, unsigned depth, size_t block,
                               struct cs_error *error);

/* Old names of what is looked at. */
static const char *present_name(const char *keyword)
{
    static const char *const rows[][2] = {
        {"challengeresponseauthentication", "kbdinteractiveauthentication"},
        {"skeyauthentication", "kbdinteractiveauthentication"},
        {"dsaauthentication", "pubkeyauthentication"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i][0], keyword) == 0)
            return rows[i][1];
    }
    return keyword;
}

/* ---- what is kept ---- */

static enum cs_err keep_line(struct reading *reading, const char *keyword, const char *value)
{
    struct cs_sshd_text *text = reading->text;
    struct cs_sshd_line *lines =
        reallocarray(text->lines, text->line_count + 1, sizeof *text->lines);
    struct cs_sshd_line *line;

    if (lines == NULL)
        return cs_fail_nomem(reading->error);
    text->lines = lines;
    line = &lines[text->line_count++];
    *line = (struct cs_sshd_line){.path = strdup(reading->path),
                                  .line = reading->line,
                                  .keyword = strdup(keyword),
                                  .value = strdup(value),
                                  .block = reading->block};
    return line->path != NULL && line->keyword != NULL && line->value != NULL
               ? CS_OK
               : cs_fail_nomem(reading->error);
}

static enum cs_err keep_block(struct reading *reading, const char *criteria)
{
    struct cs_sshd_text *text = reading->text;
    struct cs_sshd_block *blocks =
        reallocarray(text->blocks, text->block_count + 1, sizeof *text->blocks);
    struct cs_sshd_block *block;

    if (blocks == NULL)
        return cs_fail_nomem(reading->error);
    text->blocks = blocks;
    block = &blocks[text->block_count++];
    *block = (struct cs_sshd_block){
        .path = strdup(reading->path), .line = reading->line, .criteria = strdup(criteria)};
    reading->block = text->block_count;
    return block->path != NULL && block->criteria != NULL ? CS_OK : cs_fail_nomem(reading->error);
}

static enum cs_err keep_source(struct cs_sshd_text *text, const char *path, size_t *ret_index,
                               struct cs_error *error)
{
    struct cs_sshd_source *sources =
        reallocarray(text->sources, text->source_count + 1, sizeof *text->sources);
    struct cs_sshd_source *source;

    if (sources == NULL)
        return cs_fail_nomem(error);
    text->sources = sources;
    *ret_index = text->source_count;
    source = &sources[text->source_count++];
    *source = (struct cs_sshd_source){.path = strdup(path), .copy = -1};
    return source->path != NULL ? CS_OK : cs_fail_nomem(error);
}

/* ---- lines ---- */

/* Includes every file that matches, in order; in the copy, their copies take their places. */
static enum cs_err include(struct reading *reading, const char *pattern)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist paths = {0};
    struct cs_sshd_text *text = reading->text;
    enum cs_err result = CS_OK;

    cs_buffer_printf(&whole, "%s%s%s", pattern[0] == '/' ? "" : folder,
                     pattern[0] == '/' ? "" : "/", pattern);
    if (whole.failed || cs_root_glob(text->root, whole.text, &paths) != CS_OK)
        return cs_fail_nomem(reading->error);
    for (size_t i = 0; i < paths.count && result == CS_OK; i++) {
        size_t source = text->source_count;
        struct stat status;

        if (cs_root_stat(text->root, paths.items[i], &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        result = read_source(text, reading->accounts, paths.items[i], reading->depth + 1,
                             reading->block, reading->error);
        if (result == CS_OK && text->copies)
            cs_buffer_printf(&reading->copy, " /proc/%d/fd/%d", (int)getpid(),
                             text->sources[source].copy);
    }
    return result;
}

static enum cs_err take_include(struct reading *reading, const struct cs_strlist *words)
{
    size_t before = reading->copy.length;
    enum cs_err result = CS_OK;

    cs_buffer_text(&reading->copy, "Include");
    for (size_t i = 1; i < words->count && result == CS_OK; i++)
        result = include(reading, words->items[i]);
    /* Nothing matched, which is allowed; an Include without a file is not. */
    if (!reading->copy.failed && reading->copy.length == before + strlen("Include"))
        reading->copy.text[before] = '#';
    return result;
}

static enum cs_err take_match(struct reading *reading, const char *rest)
{
    enum cs_err result = keep_block(reading, rest);

    cs_buffer_text(&reading->copy, "Match");
    return result == CS_OK && reading->text->copies
               ? cs_sshd_match_rewrite(rest, reading->accounts, &reading->copy, reading->error)
               : result;
}

static void join(const struct cs_strlist *words, struct cs_buffer *out)
{
    cs_buffer_text(out, "");
    for (size_t i = 1; i < words->count; i++)
        cs_buffer_printf(out, "%s%s", i > 1 ? " " : "", words->items[i]);
}

static enum cs_err take_line(struct reading *reading, const char *line)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist words = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer value = {0};
    enum cs_err result = cs_sshd_words(line, &words);
    char *keyword;

    if (result != CS_OK)
        return cs_fail_nomem(reading->error);
    if (words.count == 0)
        return CS_OK;
    keyword = words.items[0];
    for (char *byte = keyword; *byte != '\0'; byte++)
        *byte = cs_lower(*byte);
    join(&words, &value);
    if (value.failed)
        return cs_fail_nomem(reading->error);
    if (strcmp(keyword, "include") == 0)
        return take_include(reading, &words);
    if (strcmp(keyword, "match") == 0)
        return take_match(reading, value.text);
    cs_buffer_text(&reading->copy, line);
    return keep_line(reading, present_name(keyword), value.text);
}

/* ---- files ---- */

static enum cs_err take_lines(struct reading *reading, const struct cs_secret *content)
{
    const char *next = content->data, *end = content->data + content->length;
    enum cs_err result = CS_OK;

    while (next < end && result == CS_OK) {
        const char *newline = memchr(next, '\n', (size_t)(end - next));
        const char *last = newline != NULL ? newline : end;
        CS_AUTO(cs_string_free) char *line = strndup(next, (size_t)(last - next));

        reading->line++;
        result = line != NULL ? take_line(reading, line) : cs_fail_nomem(reading->error);
        cs_buffer_text(&reading->copy, "\n");
        next = last + 1;
    }
    return result;
}

static enum cs_err make_copy(const struct cs_buffer *copy, int *ret_fd, struct cs_error *error)
{
    int fd = memfd_create("sshd_config", MFD_CLOEXEC);

    *ret_fd = fd;
    return fd >= 0 && !copy->failed && cs_write_all(fd, copy->text, copy->length) == CS_OK
               ? CS_OK
               : cs_fail_errno(error, "a copy of sshd_config in memory");
}

static enum cs_err read_source(struct cs_sshd_text *text, const struct cs_accounts *accounts,
                               const char *path, unsigned depth, size_t block,
                               struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct reading reading = {.text = text,
                              .accounts = accounts,
                              .path = path,
                              .depth = depth,
                              .block = block,
                              .error = error};
    size_t index = 0;
    enum cs_err result;

    if (depth > DEPTH_MAX || text->source_count >= SOURCES_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "%s: too many files that include others", path);
    result = cs_root_read(text->root, path, &content, error);
    if (result == CS_OK)
        result = keep_source(text, path, &index, error);
    if (result == CS_OK)
        result = take_lines(&reading, &content);
    if (result == CS_OK && text->copies)
        result = make_copy(&reading.copy, &text->sources[index].copy, error);
    cs_buffer_free(&reading.copy);
    return result;
}

enum cs_err cs_sshd_text_read(const char *root, struct cs_sshd_text *ret_text,
                              struct cs_error *error)
{
    CS_AUTO(cs_accounts_clear) struct cs_accounts accounts = {0};
    enum cs_err result = cs_accounts_read(root, &accounts, error);

    ret_text->root = root;
    ret_text->copies = root[0] != '\0';
    return result == CS_OK ? read_source(ret_text, &accounts, cs_sshd_config, 0, 0, error) : result;
}

void cs_sshd_text_clear(struct cs_sshd_text *text)
{
    for (size_t i = 0; i < text->line_count; i++) {
        free(text->lines[i].path);
        free(text->lines[i].keyword);
        free(text->lines[i].value);
    }
    for (size_t i = 0; i < text->block_count; i++) {
        free(text->blocks[i].path);
        free(text->blocks[i].criteria);
    }
    for (size_t i = 0; i < text->source_count; i++) {
        free(text->sources[i].path);
        cs_fd_close(&text->sources[i].copy);
    }
    free(text->lines);
    free(text->blocks);
    free(text->sources);
    *text = (struct cs_sshd_text){0};
}

const struct cs_sshd_line *cs_sshd_text_find(const struct cs_sshd_text *text, size_t block,
                                             const char *keyword)
{
    for (size_t i = 0; i < text->line_count; i++) {
        if (text->lines[i].block == block && strcmp(text->lines[i].keyword, keyword) == 0)
            return &text->lines[i];
    }
    return NULL;
}
