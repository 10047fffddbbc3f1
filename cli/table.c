/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <string.h>

#include "base/sanitise.h"
#include "conversation/width.h"

enum { GAP = 2 };

static bool add_cell(struct cs_table *table, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    return !clean.failed &&
           cs_strlist_add(&table->cells, clean.text ? clean.text : "", clean.length) == CS_OK;
}

void cs_table_add_row(struct cs_table *table, const char *const *cells)
{
    for (size_t i = 0; i < table->columns && !table->failed; i++)
        table->failed = !add_cell(table, cells[i]);
}

static size_t columns_of(const char *text)
{
    return cs_text_columns(text, strlen(text));
}

static size_t column_width(const struct cs_table *table, size_t column)
{
    size_t widest = 0;

    for (size_t i = column; i < table->cells.count; i += table->columns) {
        size_t width = columns_of(table->cells.items[i]);

        if (width > widest)
            widest = width;
    }
    return widest;
}

/* Whether the rest of the row is empty. */
static bool is_last(const struct cs_table *table, size_t cell)
{
    for (size_t i = cell + 1; i % table->columns != 0 && i < table->cells.count; i++) {
        if (table->cells.items[i][0] != '\0')
            return false;
    }
    return true;
}

static void print_row(const struct cs_table *table, size_t first, const size_t *widths, FILE *out)
{
    (void)fprintf(out, "%*s", (int)table->indent, "");
    for (size_t i = 0; i < table->columns && first + i < table->cells.count; i++) {
        const char *text = table->cells.items[first + i];
        int padding = (int)(widths[i] - columns_of(text));
        bool right = (table->numbers >> i & 1) != 0;
        bool last = is_last(table, first + i);

        (void)fprintf(out, "%*s%s%*s", right ? padding : 0, "", text,
                      last ? 0 : GAP + (right ? 0 : padding), "");
        if (last)
            break;
    }
    (void)fputc('\n', out);
}

enum cs_err cs_table_print(const struct cs_table *table, FILE *out, struct cs_error *error)
{
    size_t widths[CS_TABLE_COLUMNS_MAX];

    if (table->failed)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = column_width(table, i);
    for (size_t i = 0; i < table->cells.count; i += table->columns)
        print_row(table, i, widths, out);
    return CS_OK;
}

void cs_table_clear(struct cs_table *table)
{
    cs_strlist_free(&table->cells);
}
