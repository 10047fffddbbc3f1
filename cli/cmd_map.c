/* SPDX-License-Identifier: Apache-2.0 */
/* Each step from the UNIX account to the name by which the provider knows it. Nothing is sent. */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/sanitise.h"
#include "cli/cli.h"
#include "login/account.h"
#include "mapping/attribute.h"

#define USAGE "map USER [--service S] [-- ARGUMENT...]"

struct mapping {
    struct cs_account account;
    struct cs_map_trace trace;
    char identity[CS_IDENTITY_SIZE];
    struct cs_buffer filter;
};

static void print(const char *what, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    (void)printf("%-15s %s\n", what, clean.text ? clean.text : "");
}

static enum cs_err map_account(const struct cs_cli_line *line, const char *user,
                               struct mapping *mapping, struct cs_error *error)
{
    const char *attribute = line->options.lookup.user_name_attr;
    enum cs_err result = cs_account_find(user, &mapping->account, error);

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

static void print_text(const struct mapping *mapping, bool found)
{
    for (size_t i = 0; i < mapping->trace.count; i++)
        print(mapping->trace.steps[i].what, mapping->trace.steps[i].value);
    if (found && mapping->filter.length > 0)
        print("filter", mapping->filter.text);
    if (found)
        print("identity", mapping->identity);
}

static int print_json(const struct mapping *mapping, bool found)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    cs_json_write_array(writer, "steps");
    for (size_t i = 0; i < mapping->trace.count; i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "what", mapping->trace.steps[i].what);
        cs_json_write_string(writer, "value", mapping->trace.steps[i].value);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    cs_json_write_string(writer, "filter",
                         found && mapping->filter.length > 0 ? mapping->filter.text : NULL);
    cs_json_write_string(writer, "identity", found ? mapping->identity : NULL);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

static int run(const struct cs_cli *cli, const struct cs_cli_line *line, const char *user)
{
    struct mapping mapping = {0};
    struct cs_error error = {0};
    enum cs_err result = map_account(line, user, &mapping, &error);
    int status = CS_EXIT_OK;

    if (cli->json)
        status = print_json(&mapping, result == CS_OK);
    else
        print_text(&mapping, result == CS_OK);
    cs_map_trace_free(&mapping.trace);
    cs_buffer_free(&mapping.filter);
    return result == CS_OK ? status : cs_complain(&error);
}

int cs_cmd_map(struct cs_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"service", required_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    CS_AUTO(cs_cli_line_clear) struct cs_cli_line line = {0};
    const char *service = "sshd", *user = NULL;
    struct cs_error error = {0};
    enum cs_err result;
    int option;

    while ((option = getopt_long(argc, argv, "-", options, NULL)) != -1) {
        if (option == 's')
            service = optarg;
        else if (option == 1 && user == NULL)
            user = optarg;
        else
            return option == '?' ? cs_option_error(argv, USAGE)
                                 : cs_usage_error("usage: countersign " USAGE);
    }
    if (user == NULL)
        return cs_usage_error("usage: countersign " USAGE);
    if (geteuid() != 0)
        return cs_usage_error("must be run by root");
    result = cs_cli_line_read(cli, NULL, service, argc - optind, argv + optind, &line, &error);
    for (size_t i = 0; i < line.warnings.count; i++)
        (void)cs_usage_error("%s", line.warnings.items[i]);
    return result == CS_OK ? run(cli, &line, user) : cs_complain(&error);
}
