/* SPDX-License-Identifier: Apache-2.0 */
/* A line for each user. Widths are found in a first pass, so that no number of users needs memory:
 * struct cs_table would keep every cell. */
#include "cli/list_all.h"

#include <string.h>

#include "base/sanitise.h"
#include "cli/overview.h"
#include "cli/overview_row.h"
#include "cli/overview_words.h"
#include "conversation/width.h"

enum { COLUMNS = 6, NOTES = COLUMNS - 1, CELL_SIZE = 160, GAP = 2 };

struct line {
    struct cs_buffer name;
    char cells[COLUMNS][CELL_SIZE]; /* the first one is unused */
};

struct widths {
    size_t columns[COLUMNS];
    size_t users;
};

static const char *const headings[COLUMNS] = {"USER",     "FACTORS",  "RECOVERY CODES",
                                              "PASSWORD", "LAST USE", "NOTES"};

static void add_text(char cell[CELL_SIZE], const char *separator, const char *text)
{
    size_t used = strlen(cell);

    (void)snprintf(cell + used, CELL_SIZE - used, "%s%s", used > 0 ? separator : "", text);
}

static void format_factors(const struct cs_stored_user *user, char cell[CELL_SIZE])
{
    char text[32];

    (void)snprintf(text, sizeof text, "%u totp", user->totp);
    if (user->totp > 0)
        add_text(cell, ", ", text);
    (void)snprintf(text, sizeof text, "%u u2f", user->keys);
    if (user->keys > 0)
        add_text(cell, ", ", text);
    if (cell[0] == '\0')
        add_text(cell, "", "none");
}

static enum cs_err format_line(const struct cs_overview_row *row, struct line *ret_line,
                               struct cs_error *error)
{
    const struct cs_stored_user *user = &row->stored;

    *ret_line = (struct line){0};
    cs_sanitise(&ret_line->name, user->name, strlen(user->name));
    format_factors(user, ret_line->cells[1]);
    (void)snprintf(ret_line->cells[2], CELL_SIZE, "%u", user->recovery_left);
    (void)snprintf(ret_line->cells[3], CELL_SIZE, "%s", user->has_password ? "yes" : "no");
    if (user->last_used != 0)
        cs_format_time(user->last_used, ret_line->cells[4]);
    else
        (void)snprintf(ret_line->cells[4], CELL_SIZE, "never");
    for (int i = 0; i < CS_OVERVIEW_NOTES; i++) {
        if (cs_overview_noted(row, (enum cs_overview_note)i))
            add_text(ret_line->cells[NOTES], ", ", cs_overview_says((enum cs_overview_note)i));
    }
    return ret_line->name.failed ? cs_fail_nomem(error) : CS_OK;
}

static const char *cell_of(const struct line *line, size_t column)
{
    if (column > 0)
        return line->cells[column];
    return line->name.text ? line->name.text : "";
}

static enum cs_err measure(const struct cs_overview_row *row, void *context, struct cs_error *error)
{
    struct widths *widths = context;
    struct line line;
    enum cs_err result = format_line(row, &line, error);

    for (size_t i = 0; i < COLUMNS && result == CS_OK; i++) {
        size_t width = cs_text_columns(cell_of(&line, i), strlen(cell_of(&line, i)));

        widths->columns[i] = width > widths->columns[i] ? width : widths->columns[i];
    }
    widths->users++;
    cs_buffer_free(&line.name);
    return result;
}

static void print_cell(const char *text, size_t width, bool number, bool last)
{
    int padding = (int)(width - cs_text_columns(text, strlen(text)));

    (void)printf("%*s%s%*s", number ? padding : 0, "", text,
                 last ? 0 : GAP + (number ? 0 : padding), "");
}

static enum cs_err print(const struct cs_overview_row *row, void *context, struct cs_error *error)
{
    const struct widths *widths = context;
    struct line line;
    enum cs_err result = format_line(row, &line, error);
    size_t last = line.cells[NOTES][0] != '\0' ? NOTES : NOTES - 1;

    for (size_t i = 0; i <= last && result == CS_OK; i++)
        print_cell(cell_of(&line, i), widths->columns[i], i == 2, i == last);
    (void)fputc('\n', stdout);
    cs_buffer_free(&line.name);
    return result;
}

static enum cs_err print_table(const struct cs_overview *overview, struct cs_error *error)
{
    struct widths widths = {0};
    enum cs_err result;

    for (size_t i = 0; i < COLUMNS; i++)
        widths.columns[i] = strlen(headings[i]);
    result = cs_overview_each(overview, measure, &widths, error);
    if (result != CS_OK)
        return result;
    if (widths.users == 0) {
        (void)puts("nobody has anything in the store");
        return CS_OK;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        print_cell(headings[i], widths.columns[i], i == 2, i == NOTES);
    (void)fputc('\n', stdout);
    return cs_overview_each(overview, print, &widths, error);
}

static enum cs_err print_json(const struct cs_overview *overview, struct cs_error *error)
{
    enum cs_err result = cs_overview_print_json(overview, error);

    (void)fputc('\n', stdout);
    return result;
}

int cs_list_all(const struct cs_cli *cli)
{
    CS_AUTO(cs_overview_clear) struct cs_overview overview = {0};
    const struct cs_overview_choice choice = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_overview_read(cli, &choice, &overview, &error);

    if (result == CS_OK)
        result = cli->json ? print_json(&overview, &error) : print_table(&overview, &error);
    return result == CS_OK ? cs_overview_end(&overview) : cs_complain(&error);
}
