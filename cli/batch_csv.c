/* SPDX-License-Identifier: Apache-2.0 */
/* A batch in CSV: the first line names the columns. */
#include <string.h>
#include <strings.h>

#include "cli/batch_file.h"
#include "cli/csv.h"

enum { FIELDS_MAX = 32 };

/* What stands in each field. */
struct header {
    enum cs_batch_column columns[FIELDS_MAX];
    size_t count;
};

bool cs_batch_is_csv(const char *text, char *ret_separator)
{
    size_t length = strcspn(text, "\r\n");
    const char *separator = memchr(text, ',', length);

    if (separator == NULL)
        separator = memchr(text, ';', length); /* as spreadsheets write where 1.5 is 1,5 */
    if (separator == NULL || memchr(text, '=', length) != NULL)
        return false;
    *ret_separator = *separator;
    for (const char *field = text; field <= text + length;) {
        size_t size = strcspn(field, *ret_separator == ',' ? ",\r\n" : ";\r\n");
        size_t quote = size > 1 && field[0] == '"' && field[size - 1] == '"';

        if (cs_batch_column_find(field + quote, size - 2 * quote) != CS_BATCH_COLUMNS)
            return true;
        field += size + 1;
    }
    return false;
}

static enum cs_err name_unknown(const char *name, struct cs_error *error)
{
    static const char known[] = "user, kind, secret, algorithm, digits, period, counter, "
                                "label and language";

    if (strcasecmp(name, "address") == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "the column 'address': the local provider sends nothing, so that it keeps "
                       "no addresses; leave the column out");
    if (name[0] == '\0')
        return cs_fail(error, CS_ERR_INPUT, "a column has no name; there are %s", known);
    return cs_fail(error, CS_ERR_INPUT, "there is no column '%.64s', only %s", name, known);
}

static enum cs_err check_name(const struct header *header, const struct cs_csv_field *field,
                              struct cs_error *error)
{
    enum cs_batch_column column = cs_batch_column_find(field->text, strlen(field->text));

    if (column == CS_BATCH_COLUMNS)
        return name_unknown(field->text, error);
    for (size_t i = 0; i < header->count; i++) {
        if (header->columns[i] == column)
            return cs_fail(error, CS_ERR_INPUT, "the column '%s' is there twice",
                           cs_batch_column_name(column));
    }
    return CS_OK;
}

static bool has_user(const struct header *header)
{
    for (size_t i = 0; i < header->count; i++) {
        if (header->columns[i] == CS_BATCH_USER)
            return true;
    }
    return false;
}

/* Without a good one nothing that follows has a meaning. */
static enum cs_err fail_header(struct cs_batch_reader *reader, const struct cs_csv_field *at,
                               const struct cs_error *what, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_INPUT, "%s:%zu:%zu: %s; nobody was enrolled", reader->path,
                   at->line, at->column, what->text);
}

static enum cs_err read_header(struct cs_batch_reader *reader, struct cs_csv *csv,
                               struct header *header, struct cs_error *error)
{
    struct cs_csv_field fields[FIELDS_MAX], wrong = {0};
    struct cs_error what = {0};
    size_t count = 0;

    if (cs_csv_next(csv, fields, FIELDS_MAX, &count, &wrong, &what) != CS_OK)
        return fail_header(reader, &wrong, &what, error);
    for (size_t i = 0; i < count && i < FIELDS_MAX; i++) {
        if (check_name(header, &fields[i], &what) != CS_OK)
            return fail_header(reader, &fields[i], &what, error);
        header->columns[header->count++] =
            cs_batch_column_find(fields[i].text, strlen(fields[i].text));
    }
    if (has_user(header))
        return CS_OK;
    (void)cs_fail(&what, CS_ERR_INPUT, "no column is called 'user'");
    return fail_header(reader, &fields[0], &what, error);
}

static enum cs_err give(struct cs_batch_reader *reader, const struct header *header,
                        const struct cs_csv_field *fields, size_t count, struct cs_error *error)
{
    struct cs_batch_line line = {.line = fields[0].line};
    struct cs_error what = {0};

    if (count != header->count) {
        (void)cs_fail(&what, CS_ERR_INPUT, "%zu fields, where the first line has %zu", count,
                      header->count);
        return cs_batch_wrong(reader, line.line, 0, CS_ERR_INPUT, &what, error);
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].text[0] != '\0')
            line.texts[header->columns[i]] = fields[i].text;
        line.at[header->columns[i]] = fields[i].column;
    }
    if (line.texts[CS_BATCH_USER] != NULL)
        return cs_batch_give(reader, &line, error);
    (void)cs_fail(&what, CS_ERR_INPUT, "column 'user': empty");
    return cs_batch_wrong(reader, line.line, line.at[CS_BATCH_USER], CS_ERR_INPUT, &what, error);
}

enum cs_err cs_batch_read_csv(struct cs_batch_reader *reader, char *text, char separator,
                              struct cs_error *error)
{
    struct cs_csv csv = {.rest = text, .separator = separator, .line = 1, .column = 1};
    struct header header = {.count = 0};
    enum cs_err result = read_header(reader, &csv, &header, error);
    size_t count = 1;

    while (result == CS_OK && count > 0) {
        struct cs_csv_field fields[FIELDS_MAX], wrong = {0};
        struct cs_error what = {0};

        if (cs_csv_next(&csv, fields, FIELDS_MAX, &count, &wrong, &what) != CS_OK) {
            result = cs_batch_wrong(reader, wrong.line, wrong.column, CS_ERR_INPUT, &what, error);
            count = 1;
        } else if (count > 0) {
            result = give(reader, &header, fields, count, error);
        }
    }
    return result;
}
