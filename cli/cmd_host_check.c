/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this machine's client and its OpenID provider fit together, without a user. */
#include <string.h>

#include "base/privilege.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "providers/openid/host.h"
#include "providers/registry.h"

struct check {
    struct cs_cli_line line;
    struct cs_openid_host host;
};

static void clear_check(struct check *check)
{
    cs_openid_host_clear(&check->host);
    cs_cli_line_clear(&check->line);
}

/* ---- checking ---- */

static enum cs_err find_provider(const struct check *check, size_t *ret_row, struct cs_error *error)
{
    const struct cs_options *options = &check->line.options;
    enum cs_err result = cs_options_check_provider(options, ret_row, error);

    if (result != CS_OK || strcmp(cs_provider_name(*ret_row), CS_OPENID_NAME) == 0)
        return result;
    return cs_fail(error, CS_ERR_CONFIG,
                   "%s: the provider is '%s', and this is about 'openid'; 'countersign host "
                   "enroll' makes this machine a client of one",
                   check->line.path, cs_provider_name(*ret_row));
}

/* All that a server answers is read by the broker's account, as in a login. */
static enum cs_err run(const struct cs_cli *cli, const struct cs_words *words, struct check *check,
                       struct cs_error *error)
{
    size_t row = 0;
    enum cs_err result = cs_cli_line_read(cli, NULL, "", words->argument_count, words->arguments,
                                          &check->line, error);

    if (result == CS_OK)
        result = find_provider(check, &row, error);
    if (result == CS_OK)
        result = cs_become_run_user(error);
    if (result == CS_OK)
        result = cs_config_check_extra_files(check->line.config, error);
    return result == CS_OK ? cs_openid_host_check(cs_options_provider(&check->line.options, row),
                                                  &check->host, error)
                           : result;
}

/* ---- what was found ---- */

static void print(const char *mark, const char *what, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    (void)printf("%-4s %s: %s\n", mark, what, clean.text ? clean.text : "");
}

static void print_all(const char *mark, const char *what, const struct cs_strlist *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        print(mark, what, texts->items[i]);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct check *check = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer source = {0};

    (void)error;
    cs_cli_line_source(&check->line, &source);
    print("ok", "configuration in force", source.text ? source.text : "");
    for (size_t i = 0; i < check->host.fact_count; i++) {
        const struct cs_openid_fact *fact = &check->host.facts[i];
        char number[64];

        (void)snprintf(number, sizeof number, "%lld%s%s", (long long)fact->number,
                       fact->unit && fact->unit[0] ? " " : "", fact->unit ? fact->unit : "");
        print("ok", fact->what, fact->text ? fact->text : number);
    }
    print_all("note", "this server", &check->host.limits);
    print_all("BAD", "problem", &check->host.problems);
    return CS_OK;
}

static void write_texts(struct cs_json_writer *writer, const char *key,
                        const struct cs_strlist *texts)
{
    cs_json_write_array(writer, key);
    for (size_t i = 0; i < texts->count; i++)
        cs_json_write_string(writer, NULL, texts->items[i]);
    cs_json_write_end(writer);
}

static enum cs_err write_check(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct check *check = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer source = {0};

    (void)error;
    cs_cli_line_source(&check->line, &source);
    cs_json_write_bool(writer, "ok", check->host.problems.count == 0);
    cs_json_write_string(writer, "source", source.text);
    for (size_t i = 0; i < check->host.fact_count; i++) {
        const struct cs_openid_fact *fact = &check->host.facts[i];

        if (fact->text != NULL)
            cs_json_write_string(writer, fact->name, fact->text);
        else
            cs_json_write_integer(writer, fact->name, fact->number);
    }
    write_texts(writer, "limits", &check->host.limits);
    write_texts(writer, "problems", &check->host.problems);
    return CS_OK;
}

int cs_cmd_host_check(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write_check};
    CS_AUTO(clear_check) struct check check = {0};
    struct cs_error error = {0};
    int status;

    if (run(cli, words, &check, &error) != CS_OK)
        return cs_complain(&error);
    status = cs_report(cli, &report, &check);
    return check.host.problems.count > 0 ? CS_EXIT_FAILED : status;
}
