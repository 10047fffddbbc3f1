/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

#include <stdbool.h>
#include <string.h>

/* Moves on by one byte. */
static char take(struct cs_csv *csv)
{
    char byte = *csv->rest++;

    if (byte == '\n') {
        csv->line++;
        csv->column = 1;
    } else if (((unsigned char)byte & 0xc0) != 0x80) { /* not within a character of UTF-8 */
        csv->column++;
    }
    return byte;
}

/* The length of the line's end here; 0: it does not end. */
static size_t line_end(const char *text)
{
    if (text[0] == '\r' && text[1] == '\n')
        return 2;
    return text[0] == '\n';
}

static bool field_ends(const struct cs_csv *csv)
{
    return *csv->rest == '\0' || *csv->rest == csv->separator || line_end(csv->rest) > 0;
}

static enum cs_err refuse(struct cs_csv *csv, struct cs_csv_field *ret_wrong,
                          struct cs_error *error, const char *why)
{
    *ret_wrong = (struct cs_csv_field){csv->rest, csv->line, csv->column};
    while (*csv->rest != '\0' && take(csv) != '\n')
        continue;
    return cs_fail(error, CS_ERR_INPUT, "%s", why);
}

static enum cs_err read_plain(struct cs_csv *csv, struct cs_csv_field *field,
                              struct cs_csv_field *ret_wrong, struct cs_error *error)
{
    field->text = csv->rest;
    while (!field_ends(csv)) {
        if (*csv->rest == '"')
            return refuse(csv, ret_wrong, error,
                          "quotes within a field: put the whole field into quotes, and double "
                          "those within");
        if (*csv->rest == '\r')
            return refuse(csv, ret_wrong, error,
                          "a carriage return that ends no line: save the file with line ends of "
                          "Unix or Windows");
        (void)take(csv);
    }
    return CS_OK;
}

/* Two quotes are one; the text moves forward over what is left out. */
static enum cs_err read_quoted(struct cs_csv *csv, struct cs_csv_field *field,
                               struct cs_csv_field *ret_wrong, char **ret_end,
                               struct cs_error *error)
{
    struct cs_csv begin = *csv;
    char *out;

    (void)take(csv);
    field->text = out = csv->rest;
    for (;;) {
        if (*csv->rest == '\0') {
            *ret_wrong = (struct cs_csv_field){begin.rest, begin.line, begin.column};
            return cs_fail(error, CS_ERR_INPUT, "the quotes that begin here do not end");
        }
        if (*csv->rest == '"' && csv->rest[1] != '"')
            break;
        if (*csv->rest == '"')
            (void)take(csv);
        *out++ = take(csv);
    }
    (void)take(csv);
    *ret_end = out;
    return field_ends(csv) ? CS_OK
                           : refuse(csv, ret_wrong, error, "text after the quotes of a field");
}

/* One field, and what ends it. */
static enum cs_err read_field(struct cs_csv *csv, struct cs_csv_field *field, bool *ret_last,
                              struct cs_csv_field *ret_wrong, struct cs_error *error)
{
    char *end = NULL;
    size_t length;
    enum cs_err result;

    *field = (struct cs_csv_field){NULL, csv->line, csv->column};
    result = *csv->rest == '"' ? read_quoted(csv, field, ret_wrong, &end, error)
                               : read_plain(csv, field, ret_wrong, error);
    if (result != CS_OK)
        return result;
    end = end ? end : csv->rest;
    length = line_end(csv->rest);
    *ret_last = *csv->rest == '\0' || length > 0;
    for (size_t i = 0; i < (*ret_last ? length : 1); i++)
        (void)take(csv);
    *end = '\0'; /* only now: it may be what ended the field */
    return CS_OK;
}

enum cs_err cs_csv_next(struct cs_csv *csv, struct cs_csv_field *fields, size_t most,
                        size_t *ret_count, struct cs_csv_field *ret_wrong, struct cs_error *error)
{
    struct cs_csv_field one;
    bool last = false;

    *ret_count = 0;
    while (line_end(csv->rest) > 0)
        (void)take(csv); /* of a carriage return the newline is left, which is an end as well */
    if (*csv->rest == '\0')
        return CS_OK;
    while (!last) {
        enum cs_err result = read_field(csv, &one, &last, ret_wrong, error);

        if (result != CS_OK)
            return result;
        if (*ret_count < most)
            fields[*ret_count] = one;
        ++*ret_count;
    }
    return CS_OK;
}
