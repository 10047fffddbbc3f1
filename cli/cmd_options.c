/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"
#include "login/option_checks.h"

/* A text whose default is built in, and translated. */
static bool is_built_in(const struct cs_setting *row)
{
    return row->store == cs_store_text;
}

/* Whether the help says what holds without the option. */
static bool explains_default(const struct cs_setting *row)
{
    return strstr(row->help, "y default") != NULL || strstr(row->help, "the default with") != NULL;
}

/* Options found only in IBM's own file are in docs/ibm-verify.md. */
static bool is_listed(const struct cs_option *option)
{
    return (option->row->where & (CS_FROM_PAM | CS_FROM_FILE | CS_FROM_SECTION)) != 0;
}

/* For the file; NULL: its top level. */
static const char *section_of(const struct cs_option *option)
{
    return (option->row->where & CS_FROM_SECTION) != 0 ? option->kind->name : NULL;
}

static bool is_number(const struct cs_setting *row)
{
    return row->type == CS_SETTING_NUMBER || row->type == CS_SETTING_SIZE;
}

static void write_range(struct cs_json_writer *writer, const struct cs_setting *row)
{
    cs_json_write_integer(writer, "min", row->min);
    if (row->max == CS_SETTING_UNBOUNDED)
        cs_json_write_string(writer, "max", NULL);
    else
        cs_json_write_integer(writer, "max", row->max);
}

static void write_row(struct cs_json_writer *writer, const struct cs_option *option)
{
    const struct cs_setting *row = option->row;

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "name", row->name);
    cs_json_write_string(writer, "section", section_of(option));
    cs_json_write_array(writer, "aliases");
    if (row->alias != NULL)
        cs_json_write_string(writer, NULL, row->alias);
    cs_json_write_end(writer);
    cs_json_write_string(writer, "inverse", row->inverse);
    cs_json_write_string(writer, "type", cs_setting_type_name(row));
    cs_json_write_array(writer, "values");
    for (size_t v = 0; cs_setting_value(row, v) != NULL; v++)
        cs_json_write_string(writer, NULL, cs_setting_value(row, v));
    cs_json_write_end(writer);
    if (is_number(row))
        write_range(writer, row);
    cs_json_write_string(writer, "default", row->fallback);
    cs_json_write_bool(writer, "built_in", is_built_in(row));
    cs_json_write_string(writer, "default_ibm", cs_setting_default(row, CS_PROFILE_IBM));
    cs_json_write_string(writer, "scope", cs_setting_scope_name(row));
    cs_json_write_bool(writer, "pam", (row->where & CS_FROM_PAM) != 0);
    cs_json_write_bool(writer, "file", (row->where & (CS_FROM_FILE | CS_FROM_SECTION)) != 0);
    cs_json_write_string(writer, "help", row->help);
    cs_json_write_end(writer);
}

static int write_json(void)
{
    struct cs_json_writer *writer = cs_json_writer_new();
    struct cs_option option;

    cs_json_write_array(writer, NULL);
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        if (is_listed(&option))
            write_row(writer, &option);
    }
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

/* On one line, as in a PAM line. */
static void print_default(const char *title, const char *value)
{
    (void)printf("  %s: ", title);
    for (; value != NULL && *value != '\0'; value++) {
        if (*value == '\n')
            (void)fputs("\\n", stdout);
        else
            (void)putchar(*value);
    }
}

static const char *shown_default(const struct cs_setting *row)
{
    if (row->fallback != NULL)
        return row->fallback;
    if (is_built_in(row))
        return "built in";
    return explains_default(row) ? "see below" : "none";
}

static void print_values(const struct cs_setting *row)
{
    if (is_number(row) && row->max == CS_SETTING_UNBOUNDED)
        (void)printf(" %lld or more", (long long)row->min);
    else if (is_number(row))
        (void)printf(" %lld-%lld", (long long)row->min, (long long)row->max);
    for (size_t i = 0; cs_setting_value(row, i) != NULL; i++)
        (void)printf("%s%s", i ? "|" : " ", cs_setting_value(row, i));
}

static void print_places(const struct cs_option *option)
{
    (void)printf("  set in:%s%s", option->row->where & CS_FROM_PAM ? " PAM line" : "",
                 option->row->where & CS_FROM_FILE ? " file" : "");
    if (section_of(option) != NULL)
        (void)printf(" file, section %s", section_of(option));
}

static void print_row(const struct cs_option *option)
{
    const struct cs_setting *row = option->row;

    (void)printf("%s", row->name);
    if (row->alias != NULL)
        (void)printf(" (%s)", row->alias);
    if (row->inverse != NULL)
        (void)printf(" (not %s)", row->inverse);
    (void)printf("  %s", cs_setting_type_name(row));
    print_values(row);
    print_default("default", shown_default(row));
    if (row->ibm != NULL)
        print_default("profile ibm", row->ibm);
    print_places(option);
    (void)printf("\n    %s\n", row->help);
}

static void write_text(void)
{
    struct cs_option option;

    for (size_t place = 0; cs_option_at(place, &option); place++) {
        if (is_listed(&option))
            print_row(&option);
    }
}

int cs_cmd_options(struct cs_cli *cli, const struct cs_words *words)
{
    (void)words;
    if (cli->json)
        return write_json();
    write_text();
    return CS_EXIT_OK;
}
