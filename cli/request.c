/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/request.h"

#include <string.h>

#include "cli/pam_line.h"
#include "paths.h"

enum cs_err cs_cli_request_set(char **text, const char *value)
{
    cs_string_free(text);
    *text = strdup(value);
    return *text != NULL ? CS_OK : CS_ERR_NOMEM;
}

enum cs_err cs_cli_request_fill(struct cs_request *request, const struct cs_words *words,
                                const char *service, const char *rhost)
{
    enum cs_err result = cs_cli_request_set(&request->user, words->operands[0]);

    if (result == CS_OK)
        result = cs_cli_request_set(&request->service, service);
    if (result == CS_OK && rhost != NULL)
        result = cs_cli_request_set(&request->rhost, rhost);
    if (result == CS_OK)
        result = cs_cli_request_set(&request->client, CS_VERSION);
    for (int i = 0; i < words->argument_count && result == CS_OK; i++)
        result =
            cs_strlist_add(&request->arguments, words->arguments[i], strlen(words->arguments[i]));
    return result;
}

/* Like pam/items.c. */
enum cs_err cs_cli_request_open(const struct cs_cli *cli, struct cs_request *request,
                                struct cs_error *error)
{
    static const char argument[] = "ibm_auth_config=" CS_IBM_CONFIG_FILE;
    const char *own, *ibm;
    enum cs_err result = CS_OK;

    if (strcmp(cli->config_path, CS_CONFIG_FILE) == 0 &&
        cs_cli_names_no_file(&request->arguments) && cs_config_is_ibm(CS_CONFIG_FILE)) {
        if (cs_strlist_add(&request->arguments, argument, sizeof argument - 1) != CS_OK)
            return cs_fail_nomem(error);
        request->flags |= CS_REQUEST_IBM_FOUND;
    }
    own = cs_options_line_value(&request->arguments, "config");
    ibm = cs_options_line_value(&request->arguments, "ibm_auth_config");
    if (own == NULL && strcmp(cli->config_path, CS_CONFIG_FILE) != 0)
        own = cli->config_path;
    if (ibm != NULL)
        result = cs_config_open_ibm(ibm, &request->config_fd, error);
    else if (own != NULL)
        result = cs_config_open(own, &request->config_fd, error);
    if (request->config_fd >= 0)
        request->flags |= CS_REQUEST_CONFIG_FILE;
    return result;
}
