/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview_row.h"

#include <stddef.h>
#include <string.h>

#include "base/sanitise.h"

enum kind { NAME, STATE, UID, YES_NO, NUMBER, TIME, NOTES };

static const struct column {
    const char *key;
    enum kind kind;
    size_t offset; /* of the member, of the type that belongs to the kind */
} columns[] = {
    {"user", NAME, offsetof(struct cs_overview_row, stored.name)},
    {"account", STATE, offsetof(struct cs_overview_row, account)},
    {"account_uid", UID, offsetof(struct cs_overview_row, uid)},
    {"uid", UID, offsetof(struct cs_overview_row, stored.owner)},
    {"expected", YES_NO, offsetof(struct cs_overview_row, expected)},
    {"totp", NUMBER, offsetof(struct cs_overview_row, stored.totp)},
    {"u2f", NUMBER, offsetof(struct cs_overview_row, stored.keys)},
    {"suspect_keys", NUMBER, offsetof(struct cs_overview_row, stored.suspect)},
    {"recovery_codes_left", NUMBER, offsetof(struct cs_overview_row, stored.recovery_left)},
    {"password", YES_NO, offsetof(struct cs_overview_row, stored.has_password)},
    {"suspended_since", TIME, offsetof(struct cs_overview_row, stored.suspended_since)},
    {"last_used", TIME, offsetof(struct cs_overview_row, stored.last_used)},
    {"notes", NOTES, offsetof(struct cs_overview_row, notes)},
};

static const void *member(const struct cs_overview_row *row, const struct column *column)
{
    return (const char *)row + column->offset;
}

/* "" for a time that never came. */
static void format_time(int64_t seconds, char ret_text[CS_TIME_SIZE])
{
    ret_text[0] = '\0';
    if (seconds != 0)
        cs_format_time(seconds, ret_text);
}

/* ---- JSON ---- */

static void write_notes(struct cs_json_writer *writer, const char *key,
                        const struct cs_overview_row *row)
{
    cs_json_write_array(writer, key);
    for (int i = 0; i < CS_OVERVIEW_NOTES; i++) {
        if (cs_overview_noted(row, (enum cs_overview_note)i))
            cs_json_write_string(writer, NULL, cs_overview_word((enum cs_overview_note)i));
    }
    cs_json_write_end(writer);
}

static void write_uid(struct cs_json_writer *writer, const char *key, const struct cs_uid *uid)
{
    if (uid->known)
        cs_json_write_integer(writer, key, uid->value);
    else
        cs_json_write_null(writer, key);
}

static void write_cell(struct cs_json_writer *writer, const struct cs_overview_row *row,
                       const struct column *column)
{
    const void *value = member(row, column);
    char time[CS_TIME_SIZE];

    switch (column->kind) {
    case NAME:
        cs_json_write_string(writer, column->key, value);
        break;
    case STATE:
        cs_json_write_string(writer, column->key, cs_overview_state_word(row->account));
        break;
    case UID:
        write_uid(writer, column->key, value);
        break;
    case YES_NO:
        cs_json_write_bool(writer, column->key, *(const bool *)value);
        break;
    case NUMBER:
        cs_json_write_integer(writer, column->key, *(const unsigned *)value);
        break;
    case TIME:
        format_time(*(const int64_t *)value, time);
        cs_json_write_string(writer, column->key, time[0] ? time : NULL);
        break;
    case NOTES:
        write_notes(writer, column->key, row);
        break;
    }
}

static enum cs_err print_json_row(const struct cs_overview_row *row, void *context,
                                  struct cs_error *error)
{
    struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    const char **separator = context;
    enum cs_err result;

    cs_json_write_object(writer, NULL);
    for (size_t i = 0; i < CS_ARRAY_SIZE(columns); i++)
        write_cell(writer, row, &columns[i]);
    cs_json_write_end(writer);
    result = cs_json_print(writer, CS_JSON_COMPACT, &text, error);
    cs_json_writer_free(&writer);
    if (result != CS_OK)
        return result;
    (void)printf("%s\n%s", *separator, text.data);
    *separator = ",";
    return CS_OK;
}

enum cs_err cs_overview_print_json(const struct cs_overview *overview, struct cs_error *error)
{
    const char *separator = "";
    enum cs_err result;

    (void)fputs("[", stdout);
    result = cs_overview_each(overview, print_json_row, &separator, error);
    (void)fputs("\n]", stdout);
    return result;
}

/* ---- CSV ---- */

/* Spreadsheets run what begins like this, whatever quotes are around it. */
static bool is_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@", text[0]) != NULL;
}

/* RFC 4180 section 2, rules 5 to 7. */
static void print_quoted(const char *name)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    const char *next;

    cs_sanitise(&clean, name, strlen(name));
    next = clean.text ? clean.text : "";
    (void)fputs(is_formula(next) ? "\"'" : "\"", stdout);
    for (; *next != '\0'; next++) {
        (void)fputs(*next == '"' ? "\"" : "", stdout);
        (void)fputc(*next, stdout);
    }
    (void)fputc('"', stdout);
}

static void print_notes(const struct cs_overview_row *row)
{
    const char *separator = "";

    for (int i = 0; i < CS_OVERVIEW_NOTES; i++) {
        if (!cs_overview_noted(row, (enum cs_overview_note)i))
            continue;
        (void)printf("%s%s", separator, cs_overview_word((enum cs_overview_note)i));
        separator = " ";
    }
}

static void print_cell(const struct cs_overview_row *row, const struct column *column)
{
    const void *value = member(row, column);
    const struct cs_uid *uid = value;
    char time[CS_TIME_SIZE];

    switch (column->kind) {
    case NAME:
        print_quoted(value);
        break;
    case STATE:
        (void)fputs(cs_overview_state_word(row->account), stdout);
        break;
    case UID:
        if (uid->known)
            (void)printf("%u", (unsigned)uid->value);
        break;
    case YES_NO:
        (void)fputs(*(const bool *)value ? "yes" : "no", stdout);
        break;
    case NUMBER:
        (void)printf("%u", *(const unsigned *)value);
        break;
    case TIME:
        format_time(*(const int64_t *)value, time);
        (void)fputs(time, stdout);
        break;
    case NOTES:
        print_notes(row);
        break;
    }
}

static enum cs_err print_csv_row(const struct cs_overview_row *row, void *context,
                                 struct cs_error *error)
{
    (void)context;
    (void)error;
    for (size_t i = 0; i < CS_ARRAY_SIZE(columns); i++) {
        (void)fputs(i > 0 ? "," : "", stdout);
        print_cell(row, &columns[i]);
    }
    (void)fputs("\r\n", stdout);
    return CS_OK;
}

enum cs_err cs_overview_print_csv(const struct cs_overview *overview, struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(columns); i++)
        (void)printf("%s%s", i > 0 ? "," : "", columns[i].key);
    (void)fputs("\r\n", stdout);
    return cs_overview_each(overview, print_csv_row, NULL, error);
}
