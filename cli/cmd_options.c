#include "cli/cli.h"

static int write_json(const struct cs_option *table, size_t count)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_array(writer, NULL);
    for (size_t i = 0; i < count; i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "name", table[i].name);
        cs_json_write_array(writer, "aliases");
        if (table[i].alias != NULL)
            cs_json_write_string(writer, NULL, table[i].alias);
        cs_json_write_end(writer);
        cs_json_write_string(writer, "type", cs_option_type_name(table[i].type));
        cs_json_write_array(writer, "values");
        for (size_t v = 0; cs_option_value(&table[i], v) != NULL; v++)
            cs_json_write_string(writer, NULL, cs_option_value(&table[i], v));
        cs_json_write_end(writer);
        if (table[i].type == CS_OPTION_NUMBER) {
            cs_json_write_integer(writer, "min", table[i].min);
            cs_json_write_integer(writer, "max", table[i].max);
        }
        cs_json_write_string(writer, "default", table[i].fallback);
        cs_json_write_string(writer, "scope", cs_option_scope_name(table[i].scope));
        cs_json_write_bool(writer, "pam", (table[i].where & CS_FROM_PAM) != 0);
        cs_json_write_bool(writer, "file", (table[i].where & CS_FROM_FILE) != 0);
        cs_json_write_string(writer, "help", table[i].help);
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

static void write_text(const struct cs_option *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s", table[i].name);
        if (table[i].alias != NULL)
            (void)printf(" (%s)", table[i].alias);
        (void)printf("  %s", cs_option_type_name(table[i].type));
        print_values(&table[i]);
        (void)printf("  default: %s  set in:%s%s\n    %s\n",
                     table[i].fallback ? table[i].fallback : "none",
                     table[i].where & CS_FROM_PAM ? " PAM line" : "",
                     table[i].where & CS_FROM_FILE ? " file" : "", table[i].help);
    }
}

int cs_cmd_options(struct cs_cli *cli, int argc, char **argv)
{
    size_t count = 0;
    const struct cs_option *table = cs_option_table(&count);

    (void)argv;
    if (argc != 1)
        return cs_usage_error("usage: countersign options [--json]");
    if (cli->json)
        return write_json(table, count);
    write_text(table, count);
    return CS_EXIT_OK;
}
