/* SPDX-License-Identifier: Apache-2.0 */
/* A login on this terminal: what the PAM module does, without PAM. */
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "conversation/terminal.h"
#include "paths.h"
#include "wire/client.h"

#define USAGE "try USER [--service S] [--rhost A] [-- ARGUMENT...]"

static enum cs_err no_authtok(void *context, struct cs_secret *ret_authtok)
{
    (void)context;
    (void)ret_authtok;
    return CS_OK;
}

static enum cs_err copy(const char *text, char **ret_copy)
{
    *ret_copy = strdup(text);
    return *ret_copy ? CS_OK : CS_ERR_NOMEM;
}

static enum cs_err fill(struct cs_request *request, const char *user, const char *service,
                        const char *rhost, int count, char **arguments)
{
    const char *terminal = ttyname(STDIN_FILENO);
    enum cs_err result = copy(user, &request->user);

    if (result == CS_OK)
        result = copy(service, &request->service);
    if (result == CS_OK && rhost != NULL)
        result = copy(rhost, &request->rhost);
    if (result == CS_OK && terminal != NULL)
        result = copy(terminal, &request->tty);
    if (result == CS_OK)
        result = copy(CS_VERSION, &request->client);
    for (int i = 0; i < count && result == CS_OK; i++)
        result = cs_strlist_add(&request->arguments, arguments[i], strlen(arguments[i]));
    return result;
}

static enum cs_err run(const struct cs_cli *cli, struct cs_request *request,
                       struct cs_verdict_message *ret_verdict, struct cs_error *error)
{
    const struct cs_client client = {.socket_path = cli->socket_path,
                                     .mode = CS_CLIENT_AUTO,
                                     .exchange = cs_terminal_exchange,
                                     .authtok = no_authtok};
    const char *ibm = cs_options_line_value(&request->arguments, "ibm_auth_config");
    enum cs_err result = CS_OK;

    if (ibm != NULL)
        result = cs_config_open_ibm(ibm, &request->config_fd, error);
    else if (strcmp(cli->config_path, CS_CONFIG_FILE) != 0)
        result = cs_config_open(cli->config_path, &request->config_fd, error);
    if (request->config_fd >= 0)
        request->flags |= CS_REQUEST_CONFIG_FILE;
    return result == CS_OK ? cs_client_login(&client, request, ret_verdict, error) : result;
}

/* With --json standard output is for a program, and what a person reads goes to standard error. */
static enum cs_err run_aside(const struct cs_cli *cli, struct cs_request *request,
                             struct cs_verdict_message *ret_verdict, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    enum cs_err result;

    if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return cs_fail_errno(error, "standard output");
    result = run(cli, request, ret_verdict, error);
    (void)fflush(stdout);
    if (dup2(output, STDOUT_FILENO) < 0)
        return cs_fail_errno(error, "standard output");
    return result;
}

static int report(const struct cs_cli *cli, const struct cs_request *request,
                  const struct cs_verdict_message *verdict)
{
    int status = strcmp(verdict->name, "allow") == 0 ? CS_EXIT_OK : CS_EXIT_FAILED;
    struct cs_json_writer *writer;

    if (!cli->json) {
        (void)printf("verdict: %s\n", verdict->name);
        return status;
    }
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", request->user);
    cs_json_write_string(writer, "service", request->service);
    cs_json_write_string(writer, "verdict", verdict->name);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED) == CS_EXIT_OK ? status : CS_EXIT_FAILED;
}

int cs_cmd_try(struct cs_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"service", required_argument, NULL, 's'},
                                            {"rhost", required_argument, NULL, 'r'},
                                            {NULL, 0, NULL, 0}};
    CS_AUTO(cs_request_clear) struct cs_request request = {.config_fd = -1};
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    const char *service = "countersign", *rhost = NULL, *user = NULL;
    struct cs_error error = {0};
    int option;

    while ((option = getopt_long(argc, argv, "-", options, NULL)) != -1) {
        if (option == 's')
            service = optarg;
        else if (option == 'r')
            rhost = optarg;
        else if (option == 1 && user == NULL)
            user = optarg;
        else
            return option == '?' ? cs_option_error(argv, USAGE)
                                 : cs_usage_error("usage: countersign " USAGE);
    }
    if (user == NULL)
        return cs_usage_error("usage: countersign " USAGE);
    if (fill(&request, user, service, rhost, argc - optind, argv + optind) != CS_OK)
        return cs_usage_error("out of memory");
    if ((cli->json ? run_aside : run)(cli, &request, &verdict, &error) != CS_OK)
        return cs_complain(&error);
    return report(cli, &request, &verdict);
}
