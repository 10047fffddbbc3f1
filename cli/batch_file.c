/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch_file.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "cli/cli.h"

enum { FILE_BYTES_MAX = 64 << 20, WRONG_MAX = 100 };

static const char *const names[CS_BATCH_COLUMNS] = {
    [CS_BATCH_USER] = "user",     [CS_BATCH_KIND] = "kind",
    [CS_BATCH_SECRET] = "secret", [CS_BATCH_ALGORITHM] = "algorithm",
    [CS_BATCH_DIGITS] = "digits", [CS_BATCH_PERIOD] = "period",
    [CS_BATCH_LABEL] = "label",   [CS_BATCH_LANGUAGE] = "language"};

const char *cs_batch_column_name(enum cs_batch_column column)
{
    return column < CS_BATCH_COLUMNS ? names[column] : NULL;
}

enum cs_batch_column cs_batch_column_find(const char *name, size_t length)
{
    for (size_t i = 0; i < CS_BATCH_COLUMNS; i++) {
        if (strlen(names[i]) == length && strncasecmp(names[i], name, length) == 0)
            return (enum cs_batch_column)i;
    }
    return CS_BATCH_COLUMNS;
}

/* One wrong line is the error that ends all; of several each is named, and they are counted. */
enum cs_err cs_batch_wrong(struct cs_batch_reader *reader, size_t line, size_t column,
                           enum cs_err why, const struct cs_error *what, struct cs_error *error)
{
    char place[32] = "";

    if (reader->wrong > 0)
        (void)cs_complain(&reader->first);
    reader->wrong++;
    if (column > 0)
        (void)snprintf(place, sizeof place, "%zu:", column);
    (void)cs_fail(&reader->first, why, "%s:%zu:%s %s; nobody was enrolled", reader->path, line,
                  place, what->text);
    if (why != CS_ERR_INPUT && why != CS_ERR_NOT_FOUND)
        return cs_fail(error, why, "%s", reader->first.text);
    if (reader->wrong < WRONG_MAX)
        return CS_OK;
    (void)cs_complain(&reader->first);
    return cs_fail(error, CS_ERR_LIMIT, "%s: %d lines are wrong, and the rest was not looked at",
                   reader->path, WRONG_MAX);
}

enum cs_err cs_batch_give(struct cs_batch_reader *reader, const struct cs_batch_line *line,
                          struct cs_error *error)
{
    enum cs_batch_column column = CS_BATCH_COLUMNS;
    struct cs_error inner = {0}, what = {0};
    enum cs_err result = reader->take(reader->context, line, &column, &inner);

    if (result == CS_OK)
        return CS_OK;
    if (column == CS_BATCH_COLUMNS || line->at[column] == 0)
        return cs_batch_wrong(reader, line->line, 0, result, &inner, error);
    (void)cs_fail(&what, result, "column '%s': %s", names[column], inner.text);
    return cs_batch_wrong(reader, line->line, line->at[column], result, &what, error);
}

static enum cs_err end(const struct cs_batch_reader *reader, struct cs_error *error)
{
    if (reader->wrong == 0)
        return CS_OK;
    if (reader->wrong == 1)
        return cs_fail(error, CS_ERR_INPUT, "%s", reader->first.text);
    (void)cs_complain(&reader->first);
    return cs_fail(error, CS_ERR_INPUT, "%s: %zu lines are wrong", reader->path, reader->wrong);
}

static enum cs_err read_text(const char *path, struct cs_secret *ret_text, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum cs_err result;

    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot open", path);
    result = cs_read_all(fd, path, FILE_BYTES_MAX, ret_text, error);
    if (result == CS_OK && strlen(ret_text->data) != ret_text->length)
        return cs_fail(error, CS_ERR_INPUT,
                       "%s: not a text file (of UTF-8: a spreadsheet may have saved it as UTF-16); "
                       "nobody was enrolled",
                       path);
    return result;
}

enum cs_err cs_batch_read(const char *path, cs_batch_take *take, void *context,
                          struct cs_error *error)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8; some editors begin with it */
    struct cs_batch_reader reader = {.path = path, .take = take, .context = context};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    char separator, *text;
    enum cs_err result = read_text(path, &content, error);

    if (result != CS_OK)
        return result;
    text = content.data;
    if (strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
    result = cs_batch_is_csv(text, &separator) ? cs_batch_read_csv(&reader, text, separator, error)
                                               : cs_batch_read_words(&reader, text, error);
    return result == CS_OK ? end(&reader, error) : result;
}
