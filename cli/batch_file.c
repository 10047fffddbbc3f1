/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch_file.h"

#include <string.h>
#include <strings.h>

#include "cli/cli.h"

enum { WRONG_MAX = 100 };

static const char *const names[CS_BATCH_COLUMNS] = {
    [CS_BATCH_USER] = "user",        [CS_BATCH_KIND] = "kind",
    [CS_BATCH_SECRET] = "secret",    [CS_BATCH_ALGORITHM] = "algorithm",
    [CS_BATCH_DIGITS] = "digits",    [CS_BATCH_PERIOD] = "period",
    [CS_BATCH_COUNTER] = "counter",  [CS_BATCH_LABEL] = "label",
    [CS_BATCH_LANGUAGE] = "language"};

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
