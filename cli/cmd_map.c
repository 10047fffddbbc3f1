/* SPDX-License-Identifier: Apache-2.0 */
/* Each step from the UNIX account to the provider's name for it. Nothing is sent. */
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "login/account.h"
#include "mapping/attribute.h"

enum { SERVICE };

const struct cs_verb_option cs_options_map[CS_VERB_OPTIONS_MAX] = {
    [SERVICE] = {"service", "NAME", "The PAM service; sshd by default."},
};

struct mapping {
    struct cs_account account;
    const char *file; /* of map_file; borrowed */
    struct cs_map_trace trace;
    char identity[CS_IDENTITY_SIZE];
    struct cs_buffer filter;
    bool found; /* the identity */
};

static void clear_mapping(struct mapping *mapping)
{
    cs_map_trace_free(&mapping->trace);
    cs_buffer_free(&mapping->filter);
}

static bool has_filter(const struct mapping *mapping)
{
    return mapping->found && mapping->filter.length > 0;
}

static enum cs_err map_account(const struct cs_cli_line *line, const char *user,
                               struct mapping *mapping, struct cs_error *error)
{
    const char *attribute = cs_options_provider_text(&line->options, "verify", "user_name_attr");
    enum cs_err result = cs_account_find(user, &mapping->account, error);

    mapping->file = line->options.mapping.map_file;
    if (result == CS_OK && !mapping->account.known)
        return cs_fail(error, CS_ERR_NOT_FOUND, "there is no account '%s'", user);
    if (result != CS_OK)
        return result;
    result = cs_account_identity(&mapping->account, &line->options.mapping, mapping->identity,
                                 &mapping->trace, error);
    if (result != CS_OK)
        mapping->identity[0] = '\0';
    else if (cs_options_provider_text(&line->options, "verify", "host") != NULL)
        result = cs_scim_filter(attribute ? attribute : "userName", mapping->identity,
                                &mapping->filter, error);
    return result;
}

static void say_step(const struct cs_map_step *step, const char *file, struct cs_table *table)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer value = {0};

    cs_buffer_text(&value, step->value);
    if (step->line != 0)
        cs_buffer_printf(&value, " (%s:%u)", file, step->line);
    cs_table_add(table, step->what, value.text ? value.text : "");
    table->failed = table->failed || value.failed;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 2};
    const struct mapping *mapping = context;

    for (size_t i = 0; i < mapping->trace.count; i++)
        say_step(&mapping->trace.steps[i], mapping->file, &table);
    if (has_filter(mapping))
        cs_table_add(&table, "filter", mapping->filter.text);
    if (mapping->found)
        cs_table_add(&table, "identity", mapping->identity);
    return cs_table_print(&table, stdout, error);
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct mapping *mapping = context;

    (void)error;
    cs_json_write_array(writer, "steps");
    for (size_t i = 0; i < mapping->trace.count; i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "what", mapping->trace.steps[i].what);
        cs_json_write_string(writer, "value", mapping->trace.steps[i].value);
        if (mapping->trace.steps[i].line != 0) {
            cs_json_write_string(writer, "file", mapping->file);
            cs_json_write_integer(writer, "line", mapping->trace.steps[i].line);
        }
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    cs_json_write_string(writer, "filter", has_filter(mapping) ? mapping->filter.text : NULL);
    cs_json_write_string(writer, "identity", mapping->found ? mapping->identity : NULL);
    return CS_OK;
}

/* The steps are shown even if they lead nowhere. */
static int show(const struct cs_cli *cli, const struct cs_cli_line *line, const char *user)
{
    static const struct cs_report report = {.say = say, .write = write};
    CS_AUTO(clear_mapping) struct mapping mapping = {0};
    struct cs_error error = {0};
    enum cs_err result = map_account(line, user, &mapping, &error);
    int status;

    mapping.found = result == CS_OK;
    status = cs_report(cli, &report, &mapping);
    return mapping.found ? status : cs_complain(&error);
}

int cs_cmd_map(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_cli_line_clear) struct cs_cli_line line = {0};
    const char *service = words->options[SERVICE];
    struct cs_error error = {0};
    enum cs_err result = cs_cli_line_read(cli, NULL, service ? service : "sshd",
                                          words->argument_count, words->arguments, &line, &error);

    for (size_t i = 0; i < line.warnings.count; i++)
        (void)cs_usage_error("%s", line.warnings.items[i]);
    return result == CS_OK ? show(cli, &line, words->operands[0]) : cs_complain(&error);
}
