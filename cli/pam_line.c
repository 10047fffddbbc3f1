/* SPDX-License-Identifier: Apache-2.0 */
/* What a PAM line with these arguments means: which file, which settings. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/pam_line.h"
#include "paths.h"

bool cs_cli_names_no_file(const struct cs_strlist *arguments)
{
    return cs_options_line_value(arguments, "config") == NULL &&
           cs_options_line_value(arguments, "ibm_auth_config") == NULL;
}

static enum cs_err choose_file(const struct cs_cli *cli, const char *ibm_path,
                               struct cs_cli_line *line, struct cs_error *error)
{
    const char *own = cs_options_line_value(&line->arguments, "config");
    const char *ibm = cs_options_line_value(&line->arguments, "ibm_auth_config");

    if (own != NULL && (ibm != NULL || ibm_path != NULL))
        return cs_fail(error, CS_ERR_CONFIG,
                       "config= and ibm_auth_config= are both given; give only one");
    line->own = cli->config_path;
    line->usual = ibm_path == NULL && cs_cli_names_no_file(&line->arguments);
    if (ibm_path == NULL)
        ibm_path = ibm                                          ? ibm
                   : line->usual && cs_config_is_ibm(line->own) ? CS_IBM_CONFIG_FILE
                                                                : NULL;
    line->ibm = ibm_path != NULL;
    line->path = ibm_path ? ibm_path : own ? own : cli->config_path;
    return CS_OK;
}

static enum cs_err load(struct cs_config_cache *cache, struct cs_cli_line *line,
                        struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = CS_OK;

    if (line->usual)
        result = cs_config_load_usual(cache, line->own, &line->config, error);
    else
        result = line->ibm ? cs_config_open_ibm(line->path, &fd, error)
                           : cs_config_open(line->path, &fd, error);
    if (fd >= 0)
        result = line->ibm ? cs_config_load_ibm(cache, fd, line->path, &line->config, error)
                           : cs_config_load(cache, fd, line->path, &line->config, error);
    return result == CS_OK ? cs_config_follow(cache, &line->config, error) : result;
}

/* The file was named to the tool. A line that does not name it may be refused all the same. */
static enum cs_err warn_two(const struct cs_cli *cli, const char *ibm_path,
                            struct cs_cli_line *line, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer warning = {0};
    struct cs_error refusal = {0};

    if (strcmp(ibm_path, CS_IBM_CONFIG_FILE) != 0 || !cs_cli_names_no_file(&line->arguments) ||
        cs_config_is_ibm(cli->config_path) || cs_cli_usual_read(cli, &refusal) == CS_OK)
        return CS_OK;
    cs_buffer_printf(&warning,
                     "a PAM line that names no file is refused, because %s has settings too; write "
                     "ibm_auth_config=%s on the line",
                     cli->config_path, ibm_path);
    return warning.failed || cs_strlist_add(&line->warnings, warning.text, warning.length) != CS_OK
               ? cs_fail_nomem(error)
               : CS_OK;
}

enum cs_err cs_cli_line_read(const struct cs_cli *cli, const char *ibm_path, const char *service,
                             int count, char **arguments, struct cs_cli_line *line,
                             struct cs_error *error)
{
    struct cs_config_cache *cache = cs_config_cache_new();
    enum cs_err result = cache ? CS_OK : cs_fail_nomem(error);

    *line = (struct cs_cli_line){0};
    cs_options_defaults(CS_PROFILE_OWN, &line->options);
    for (int i = 0; i < count && result == CS_OK; i++) {
        if (cs_strlist_add(&line->arguments, arguments[i], strlen(arguments[i])) != CS_OK)
            result = cs_fail_nomem(error);
    }
    if (result == CS_OK)
        result = choose_file(cli, ibm_path, line, error);
    if (result == CS_OK)
        result = load(cache, line, error);
    if (result == CS_OK)
        result = cs_config_line(line->config, service, &line->arguments, &line->options,
                                &line->warnings, error);
    if (result == CS_OK && ibm_path != NULL)
        result = warn_two(cli, ibm_path, line, error);
    cs_config_cache_free(&cache);
    return result;
}

void cs_cli_line_source(const struct cs_cli_line *line, struct cs_buffer *out)
{
    cs_config_describe(line->config, out);
    if (line->usual && line->ibm)
        cs_buffer_printf(out, "; %s has no settings", line->own);
}

enum cs_err cs_cli_usual_read(const struct cs_cli *cli, struct cs_error *error)
{
    CS_AUTO(cs_config_cache_free) struct cs_config_cache *cache = cs_config_cache_new();
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;

    return cache != NULL ? cs_config_load_usual(cache, cli->config_path, &config, error)
                         : cs_fail_nomem(error);
}

void cs_cli_line_clear(struct cs_cli_line *line)
{
    cs_config_release(&line->config);
    cs_strlist_free(&line->arguments);
    cs_strlist_free(&line->warnings);
}
