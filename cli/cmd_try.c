/* SPDX-License-Identifier: Apache-2.0 */
/* A login on this terminal: what the PAM module does, without PAM. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
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

    request->flags |= CS_REQUEST_REASON;
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

/* NULL: the reason was not told, or a later release has named it. */
static const struct cs_reason_row *reason_row(const struct login *login)
{
    return login->verdict.reason != NULL ? cs_reason_find(login->verdict.reason) : NULL;
}

/* The broker is not root, and root's terminal obeys more than words. */
static enum cs_err say_word(const char *key, const char *word, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, word, strlen(word));
    if (clean.failed)
        return cs_fail_nomem(error);
    (void)printf("%s: %s\n", key, clean.text ? clean.text : "");
    return CS_OK;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct login *login = context;
    enum cs_err result = say_word("verdict", login->verdict.name, error);

    if (result == CS_OK && login->verdict.reason != NULL)
        result = say_word("reason", login->verdict.reason, error);
    if (result != CS_OK)
        return result;
    if (reason_row(login) != NULL)
        cs_print_reason(reason_row(login));
    return CS_OK;
}

static enum cs_err write_login(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct login *login = context;
    const struct cs_reason_row *row = reason_row(login);

    (void)error;
    cs_json_write_string(writer, "user", login->request.user);
    cs_json_write_string(writer, "service", login->request.service);
    cs_json_write_string(writer, "verdict", login->verdict.name);
    cs_json_write_string(writer, "reason", login->verdict.reason);
    cs_json_write_string(writer, "cause", row != NULL ? row->cause : NULL);
    cs_json_write_string(writer, "advice", row != NULL ? row->advice : NULL);
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
    if (login.verdict.reason == NULL)
        cs_remark(geteuid() == 0 ? "the broker that is running is of an earlier release and does "
                                   "not say the reason: it is in the log"
                                 : "only root is told the reason: it is in the log");
    return strcmp(login.verdict.name, "allow") == 0 ? status : CS_EXIT_FAILED;
}
