/* SPDX-License-Identifier: Apache-2.0 */
#include "import/imported.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitise.h"
#include "base/typed_code.h"

enum { ROOM_MIN = 64, TEXT_MAX = 400 };

void cs_imported_free(struct cs_imported **imported)
{
    struct cs_imported *row = *imported;

    if (row == NULL)
        return;
    cs_factor_clear(&row->factor);
    for (size_t i = 0; i < CS_RECOVERY_CODES; i++)
        cs_secret_free(&row->codes[i]);
    cs_strlist_free(&row->lost);
    free(row);
    *imported = NULL;
}

static void clear_remarks(struct cs_import_remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++)
        free(remarks->items[i].text);
    free(remarks->items);
    *remarks = (struct cs_import_remarks){0};
}

void cs_imports_clear(struct cs_imports *imports)
{
    for (size_t i = 0; i < imports->count; i++)
        cs_imported_free(&imports->rows[i]);
    free(imports->rows);
    clear_remarks(&imports->faults);
    clear_remarks(&imports->notes);
    *imports = (struct cs_imports){0};
}

struct cs_imported *cs_imported_new(const struct cs_import_source *source, size_t line)
{
    struct cs_imported *row = calloc(1, sizeof *row);

    if (row == NULL)
        return NULL;
    row->source = source->number;
    row->line = line;
    row->factor.kind = CS_STORED_TOTP;
    row->factor.digits = 6;
    row->factor.period = 30;
    row->factor.last_step = -1;
    row->factor.created = source->now;
    memcpy(row->factor.algorithm, "sha1", sizeof "sha1");
    if (source->label != NULL)
        cs_imported_label(row, source->label, strlen(source->label));
    return row;
}

/* ---- remarks ---- */

static enum cs_err add_remark(struct cs_import_remarks *remarks, size_t source, size_t line,
                              const char *text)
{
    struct cs_import_remark *items = remarks->items;

    remarks->total++;
    if (remarks->count == CS_IMPORT_FAULTS_MAX)
        return CS_OK;
    if (remarks->count == remarks->room) {
        size_t room = remarks->room > 0 ? remarks->room * 2 : ROOM_MIN;

        items = reallocarray(items, room, sizeof *items);
        if (items == NULL)
            return CS_ERR_NOMEM;
        remarks->items = items;
        remarks->room = room;
    }
    items[remarks->count] = (struct cs_import_remark){source, line, strdup(text)};
    if (items[remarks->count].text == NULL)
        return CS_ERR_NOMEM;
    remarks->count++;
    return CS_OK;
}

enum cs_err cs_imports_remark(struct cs_imports *imports, const struct cs_imported *row,
                              enum cs_import_sort sort, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return add_remark(sort == CS_IMPORT_FAULT ? &imports->faults : &imports->notes, row->source,
                      row->line, text);
}

enum cs_err cs_imports_fault(struct cs_imports *imports, const struct cs_import_source *source,
                             size_t line, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return add_remark(&imports->faults, source->number, line, text);
}

void cs_imported_lose(struct cs_imported *row, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    row->failed = row->failed || cs_strlist_add(&row->lost, text, strlen(text)) != CS_OK;
}

/* ---- values ---- */

bool cs_imported_user(struct cs_imported *row, const char *user, size_t length)
{
    if (length > CS_STORE_USER_MAX)
        return false;
    memcpy(row->factor.user, user, length);
    row->factor.user[length] = '\0';
    return true;
}

void cs_imported_label(struct cs_imported *row, const char *label, size_t length)
{
    if (length <= CS_FACTOR_LABEL_MAX && cs_is_clean(label, length)) {
        memcpy(row->factor.label, label, length);
        row->factor.label[length] = '\0';
        return;
    }
    cs_imported_lose(row, "its label is longer than %d bytes, or is not text", CS_FACTOR_LABEL_MAX);
}

/* ---- adding ---- */

/* NULL, or why such a factor cannot be had. */
static const char *fault_of(const struct cs_imported *row)
{
    const struct cs_factor *factor = &row->factor;

    if (factor->secret.length < CS_IMPORT_SECRET_MIN)
        return "its secret has less than 10 bytes: anybody could try them all; enrol this user "
               "anew";
    if (factor->secret.length > CS_IMPORT_SECRET_MAX)
        return "its secret has more than 128 bytes";
    if (factor->digits < CS_CODE_DIGITS_MIN || factor->digits > CS_CODE_DIGITS_MAX)
        return "its codes do not have 6, 7 or 8 digits";
    if (factor->kind == CS_STORED_TOTP &&
        (factor->period == 0 || factor->period > CS_IMPORT_PERIOD_MAX))
        return "its period is not 1 to 3600 seconds";
    if (factor->user[0] == '\0')
        return "it does not say whose it is; --user says it";
    return cs_user_name_check(factor->user, NULL) == CS_OK ? NULL
                                                           : "no account can have that user name";
}

static enum cs_err make_room(struct cs_imports *imports)
{
    size_t room = imports->room > 0 ? imports->room * 2 : ROOM_MIN;
    struct cs_imported **rows;

    if (imports->count < imports->room)
        return CS_OK;
    rows = reallocarray(imports->rows, room, sizeof *rows);
    if (rows == NULL)
        return CS_ERR_NOMEM;
    imports->rows = rows;
    imports->room = room;
    return CS_OK;
}

enum cs_err cs_imports_add(struct cs_imports *imports, struct cs_imported **row,
                           struct cs_error *error)
{
    CS_AUTO(cs_imported_free) struct cs_imported *own = *row;
    const char *fault;

    *row = NULL;
    if (own == NULL || own->failed)
        return cs_fail_nomem(error);
    fault = fault_of(own);
    if (fault != NULL)
        return cs_imports_remark(imports, own, CS_IMPORT_FAULT, "%s", fault) == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    if (imports->count == CS_IMPORT_ROWS_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "more than %d factors", CS_IMPORT_ROWS_MAX);
    if (own->factor.secret.length < CS_IMPORT_SECRET_GOOD)
        cs_imported_lose(own,
                         "its secret has only %zu bits, which RFC 4226 does not allow: enrol this "
                         "user anew when there is time",
                         own->factor.secret.length * 8);
    if (own->failed || make_room(imports) != CS_OK)
        return cs_fail_nomem(error);
    imports->rows[imports->count++] = own;
    own = NULL;
    return CS_OK;
}

enum cs_err cs_import_lines(const struct cs_import_source *source, cs_import_line_reader *read_line,
                            struct cs_imports *imports, struct cs_error *error)
{
    char *text, *rest = source->text;
    enum cs_err result = CS_OK;

    for (size_t line = 1; result == CS_OK && (text = strsep(&rest, "\n")) != NULL; line++)
        result = read_line(source, line, text, imports, error);
    return result;
}
