/* SPDX-License-Identifier: Apache-2.0 */
/* A login on this terminal: what the PAM module does, without PAM. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/request.h"
#include "cli/verb.h"
#include "conversation/terminal.h"
#include "wire/client.h"

enum { SERVICE, RHOST };

const struct cs_verb_option cs_options_try[CS_VERB_OPTIONS_MAX] = {
    [SERVICE] = {"service", "NAME", "The PAM service; countersign by default."},
    [RHOST] = {"rhost", "ADDRESS", "Where the login comes from; nowhere by default."},
};

static enum cs_err no_authtok(void *context, struct cs_secret *ret_authtok)
{
    (void)context;
    (void)ret_authtok;
    return CS_OK;
}

static enum cs_err fill(struct cs_request *request, const struct cs_words *words)
{
    const char *service = words->options[SERVICE], *terminal = ttyname(STDIN_FILENO);
    enum cs_err result = cs_cli_request_fill(request, words, service ? service : "countersign",
                                             words->options[RHOST]);

    return result == CS_OK && terminal != NULL ? cs_cli_request_set(&request->tty, terminal)
                                               : result;
}

static enum cs_err log_in(const struct cs_cli *cli, struct cs_request *request,
                          struct cs_verdict_message *ret_verdict, struct cs_error *error)
{
    const struct cs_client client = {.socket_path = cli->socket_path,
                                     .mode = CS_CLIENT_AUTO,
                                     .exchange = cs_terminal_exchange,
                                     .authtok = no_authtok};
    enum cs_err result = cs_cli_request_open(cli, request, error);

    return result == CS_OK ? cs_client_login(&client, request, ret_verdict, error) : result;
}

/* With --json, standard output is for a program, and text for people goes to standard error. */
static enum cs_err log_in_aside(const struct cs_cli *cli, struct cs_request *request,
                                struct cs_verdict_message *ret_verdict, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    enum cs_err result;

    if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return cs_fail_errno(error, "standard output");
    result = log_in(cli, request, ret_verdict, error);
    (void)fflush(stdout);
    if (dup2(output, STDOUT_FILENO) < 0)
        return cs_fail_errno(error, "standard output");
    return result;
}

/* Both ends of a login, for its report. */
struct login {
    struct cs_request request;
    struct cs_verdict_message verdict;
};

static void clear_login(struct login *login)
{
    cs_request_clear(&login->request);
    cs_verdict_message_clear(&login->verdict);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct login *login = context;

    (void)error;
    (void)printf("verdict: %s\n", login->verdict.name);
    return CS_OK;
}

static enum cs_err write_login(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct login *login = context;

    (void)error;
    cs_json_write_string(writer, "user", login->request.user);
    cs_json_write_string(writer, "service", login->request.service);
    cs_json_write_string(writer, "verdict", login->verdict.name);
    return CS_OK;
}

int cs_cmd_try(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write_login};
    CS_AUTO(clear_login) struct login login = {.request = {.config_fd = -1}};
    struct cs_error error = {0};
    int status;

    if (fill(&login.request, words) != CS_OK)
        return cs_usage_error("out of memory");
    if ((cli->json ? log_in_aside : log_in)(cli, &login.request, &login.verdict, &error) != CS_OK)
        return cs_complain(&error);
    status = cs_report(cli, &report, &login);
    return strcmp(login.verdict.name, "allow") == 0 ? status : CS_EXIT_FAILED;
}
