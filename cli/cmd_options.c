/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/verb.h"

static const char *ibm_default(const struct cs_option *option)
{
    return option->ibm ? option->ibm : option->fallback;
}

static void write_row(struct cs_json_writer *writer, const struct cs_option *option)
{
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "name", option->name);
    cs_json_write_array(writer, "aliases");
    if (option->alias != NULL)
        cs_json_write_string(writer, NULL, option->alias);
    cs_json_write_end(writer);
    cs_json_write_string(writer, "inverse", option->inverse);
    cs_json_write_string(writer, "type", cs_option_type_name(option->type));
    cs_json_write_array(writer, "values");
    for (size_t v = 0; cs_option_value(option, v) != NULL; v++)
        cs_json_write_string(writer, NULL, cs_option_value(option, v));
    cs_json_write_end(writer);
    if (option->type == CS_OPTION_NUMBER) {
        cs_json_write_integer(writer, "min", option->min);
        cs_json_write_integer(writer, "max", option->max);
    }
    cs_json_write_string(writer, "default", option->fallback);
    cs_json_write_string(writer, "default_ibm", ibm_default(option));
    cs_json_write_string(writer, "scope", cs_option_scope_name(option->scope));
    cs_json_write_bool(writer, "pam", (option->where & CS_FROM_PAM) != 0);
    cs_json_write_bool(writer, "file", (option->where & CS_FROM_FILE) != 0);
    cs_json_write_string(writer, "help", option->help);
    cs_json_write_end(writer);
}

static int write_json(void)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_array(writer, NULL);
    for (size_t i = 0; i < cs_option_rows_count; i++)
        write_row(writer, &cs_option_rows[i]);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

/* In one line, as it may be written on a PAM line. */
static void print_default(const char *title, const char *value)
{
    (void)printf("  %s: ", title);
    for (; value != NULL && *value != '\0'; value++) {
        if (*value == '\n')
            (void)fputs("\\n", stdout);
        else
            (void)putchar(*value);
    }
    (void)fputs(value ? "" : "none", stdout);
}

static void print_values(const struct cs_option *option)
{
    if (option->type == CS_OPTION_NUMBER)
        (void)printf(" %u-%u", option->min, option->max);
    for (size_t i = 0; cs_option_value(option, i) != NULL; i++)
        (void)printf("%s%s", i ? "|" : " ", cs_option_value(option, i));
}

static void write_text(void)
{
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];

        (void)printf("%s", option->name);
        if (option->alias != NULL)
            (void)printf(" (%s)", option->alias);
        if (option->inverse != NULL)
            (void)printf(" (not %s)", option->inverse);
        (void)printf("  %s", cs_option_type_name(option->type));
        print_values(option);
        print_default("default", option->fallback);
        if (option->ibm != NULL)
            print_default("profile ibm", option->ibm);
        (void)printf("  set in:%s%s\n    %s\n", option->where & CS_FROM_PAM ? " PAM line" : "",
                     option->where & CS_FROM_FILE ? " file" : "", option->help);
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
