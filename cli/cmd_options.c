#include "cli/cli.h"

static int write_json(void)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_array(writer, NULL);
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "name", cs_option_rows[i].name);
        cs_json_write_array(writer, "aliases");
        if (cs_option_rows[i].alias != NULL)
            cs_json_write_string(writer, NULL, cs_option_rows[i].alias);
        cs_json_write_end(writer);
        cs_json_write_string(writer, "type", cs_option_type_name(cs_option_rows[i].type));
        cs_json_write_array(writer, "values");
        for (size_t v = 0; cs_option_value(&cs_option_rows[i], v) != NULL; v++)
            cs_json_write_string(writer, NULL, cs_option_value(&cs_option_rows[i], v));
        cs_json_write_end(writer);
        if (cs_option_rows[i].type == CS_OPTION_NUMBER) {
            cs_json_write_integer(writer, "min", cs_option_rows[i].min);
            cs_json_write_integer(writer, "max", cs_option_rows[i].max);
        }
        cs_json_write_string(writer, "default", cs_option_rows[i].fallback);
        cs_json_write_string(writer, "scope", cs_option_scope_name(cs_option_rows[i].scope));
        cs_json_write_bool(writer, "pam", (cs_option_rows[i].where & CS_FROM_PAM) != 0);
        cs_json_write_bool(writer, "file", (cs_option_rows[i].where & CS_FROM_FILE) != 0);
        cs_json_write_string(writer, "help", cs_option_rows[i].help);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
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
        (void)printf("%s", cs_option_rows[i].name);
        if (cs_option_rows[i].alias != NULL)
            (void)printf(" (%s)", cs_option_rows[i].alias);
        (void)printf("  %s", cs_option_type_name(cs_option_rows[i].type));
        print_values(&cs_option_rows[i]);
        (void)printf("  default: %s  set in:%s%s\n    %s\n",
                     cs_option_rows[i].fallback ? cs_option_rows[i].fallback : "none",
                     cs_option_rows[i].where & CS_FROM_PAM ? " PAM line" : "",
                     cs_option_rows[i].where & CS_FROM_FILE ? " file" : "", cs_option_rows[i].help);
    }
}

int cs_cmd_options(struct cs_cli *cli, int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        return cs_usage_error("usage: countersign options [--json]");
    if (cli->json)
        return write_json();
    write_text();
    return CS_EXIT_OK;
}
