/* SPDX-License-Identifier: Apache-2.0 */
/* What people do about their own factors. The broker does all of it (login/self_service.c): this
 * only shows what it says and reads what is typed. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/request.h"
#include "cli/self.h"
#include "conversation/terminal.h"
#include "wire/client.h"

static enum cs_err no_authtok(void *context, struct cs_secret *ret_authtok)
{
    (void)context;
    (void)ret_authtok;
    return CS_OK;
}

/* `context`: whether the terminal's ink is lighter than its ground. */
static enum cs_err exchange(void *context, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error)
{
    const bool *light = context;

    if (round->scan.data != NULL)
        cs_print_qr(round->scan.data, *light);
    return cs_terminal_exchange(NULL, round, ret_answers, error);
}

/* Says in words of this verb what else would be said in those of system calls. */
static enum cs_err check_socket(const char *path, struct cs_error *error)
{
    if (geteuid() == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "this is for the owners of accounts; root uses 'countersign list USER', "
                       "'enroll totp', 'remove', 'recovery' and 'lang'");
    if (access(path, W_OK) == 0)
        return CS_OK;
    if (errno == EACCES)
        return cs_fail(
            error, CS_ERR_UNAVAILABLE,
            "users may not look after their own factors on this machine; an administrator "
            "allows it with self_service, see countersign.json(5)");
    return errno == ENOENT ? cs_fail(error, CS_ERR_UNAVAILABLE, "%s: no broker is running", path)
                           : cs_fail_errno(error, "%s", path);
}

static enum cs_err fill(struct cs_request *request, enum cs_self_act act, const char *detail)
{
    const char *terminal = ttyname(STDIN_FILENO);
    enum cs_err result = cs_cli_request_set(&request->user, "");

    request->phase = CS_PHASE_SELF;
    request->self_act = act;
    if (result == CS_OK)
        result = cs_cli_request_set(&request->service, CS_SELF_SERVICE);
    if (result == CS_OK && detail != NULL)
        result = cs_cli_request_set(&request->self_detail, detail);
    return result == CS_OK && terminal != NULL ? cs_cli_request_set(&request->tty, terminal)
                                               : result;
}

static enum cs_err ask_broker(const struct cs_cli *cli, struct cs_request *request, bool light,
                              struct cs_verdict_message *ret_verdict, struct cs_error *error)
{
    const struct cs_client client = {.socket_path = cli->socket_path,
                                     .mode = CS_CLIENT_REQUIRE_BROKER,
                                     .context = &light,
                                     .exchange = exchange,
                                     .authtok = no_authtok};
    enum cs_err result = check_socket(cli->socket_path, error);

    if (result == CS_OK)
        result = cs_client_login(&client, request, ret_verdict, error);
    if (result == CS_ERR_HANGUP)
        result =
            cs_fail(error, result,
                    "the broker ended the conversation: it was stopped, or self_service is off "
                    "(after a change the broker must be restarted), or too many people ask it "
                    "at once; its log says which");
    return result;
}

int cs_self_run(const struct cs_cli *cli, enum cs_self_act act, const char *detail, bool light)
{
    CS_AUTO(cs_request_clear) struct cs_request request = {.config_fd = -1};
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};
    struct cs_error error = {0};

    if (fill(&request, act, detail) != CS_OK)
        return cs_usage_error("out of memory");
    if (ask_broker(cli, &request, light, &verdict, &error) != CS_OK)
        return cs_complain(&error);
    if (strcmp(verdict.name, "allow") == 0)
        return CS_EXIT_OK;
    cs_sanitise(&name, verdict.name, strlen(verdict.name));
    (void)cs_fail(&error, CS_ERR_UNAVAILABLE, "refused (%s)", name.text ? name.text : "");
    return cs_complain(&error);
}
