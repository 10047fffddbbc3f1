/* SPDX-License-Identifier: Apache-2.0 */
/*
 * countersign-u2f-host: handles one request to the security keys of this machine. systemd starts it
 * for each connection (Accept=yes) with the connection as descriptor 3; it reads one request,
 * answers it and exits. Whatever a hostile key does to the USB code happens here, where there is
 * nothing to steal but the PIN that the request may carry, for a key like that one.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/standard.h"
#include "paths.h"
#include "u2f/device.h"
#include "u2f/host_message.h"
#include "u2f/touch.h"
#include "u2fhost/sandbox.h"
#include "wire/transport.h"

enum { CONNECTION = 3, REQUEST_MS = 2000, ANSWER_MS = 2000, EXIT_USAGE = 2 };

static int usage(FILE *out, int status)
{
    (void)fputs(
        "Usage: countersign-u2f-host      (started by systemd, a connection as descriptor 3)\n"
        "       countersign-u2f-host --help | --version\n",
        out);
    return status;
}

static enum cs_err check_connection(struct cs_error *error)
{
    int type = 0, listening = 0;
    socklen_t size = sizeof type;

    if (getsockopt(CONNECTION, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET ||
        getsockopt(CONNECTION, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening != 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "descriptor 3 is not a connection of a ListenSequentialPacket= socket with "
                       "Accept=yes");
    if (fcntl(CONNECTION, F_SETFD, FD_CLOEXEC) != 0)
        return cs_fail_errno(error, "fcntl");
    return CS_OK;
}

static enum cs_err receive(struct cs_u2f_host_request *ret_request, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    enum cs_err result =
        cs_recv_packet(CONNECTION, cs_clock_ms() + REQUEST_MS, &packet, NULL, error);

    return result == CS_OK ? cs_u2f_host_read_request(&packet, ret_request, error) : result;
}

/* The PIN of the request, once: the broker asks for another in another request. */
struct given_pin {
    const struct cs_secret *pin;
    struct cs_u2f_host_answer *answer;
    bool wanting;
};

static enum cs_err give_pin(void *context, enum cs_u2f_pin_state state, int tries_left,
                            struct cs_secret *ret_pin, struct cs_error *error)
{
    struct given_pin *given = context;

    if (state == CS_U2F_PIN_ASK && given->pin->length > 0)
        return cs_secret_set(ret_pin, given->pin->data, given->pin->length) == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    given->answer->pin = state;
    given->answer->tries_left = tries_left;
    given->wanting = true;
    return cs_fail(error, CS_ERR_CANCELLED, "the broker must ask for the PIN");
}

/* Whether the answer says what its result says, and the log need not. When only looking for a key,
 * "not touched" means that the right one is there. */
static bool is_expected(const struct cs_u2f_host_answer *answer, uint32_t milliseconds)
{
    return answer->result == CS_OK || answer->result == CS_ERR_CANNOT_ASK ||
           (answer->result == CS_ERR_TIMEOUT && milliseconds == 0);
}

/* The code in the answer tells the broker the whole reason; the sentence is for the log. */
static void ask_keys(const struct cs_u2f_host_request *request, const struct cs_log *log,
                     struct cs_u2f_host_answer *ret_answer)
{
    struct given_pin given = {.pin = &request->pin, .answer = ret_answer};
    const struct cs_u2f_pin_asker asker = {give_pin, &given};
    struct cs_u2f_touch touch = {.transport = &cs_u2f_device,
                                 .app_id = request->app_id,
                                 .handles = request->handles,
                                 .handle_count = request->handle_count,
                                 .verification = request->verification,
                                 .asker = &asker,
                                 .tries_kept = CS_U2F_PIN_TRIES_KEPT,
                                 .user = request->user,
                                 .fido2 = request->fido2,
                                 .attestation = request->attestation,
                                 .deadline = cs_clock_ms() + request->milliseconds,
                                 .cancel_fd = CONNECTION,
                                 .wait_for_key = request->wait_for_key};
    struct cs_error error = {0};

    ret_answer->purpose = request->purpose;
    ret_answer->tries_left = -1;
    memcpy(touch.client_hash, request->client_hash, sizeof touch.client_hash);
    ret_answer->result = cs_u2f_app_hash(request->app_id, touch.app_hash, &error);
    if (ret_answer->result == CS_OK && request->purpose == CS_U2F_REGISTER)
        ret_answer->result = cs_u2f_touch_register(&touch, &ret_answer->enrolled, &error);
    else if (ret_answer->result == CS_OK)
        ret_answer->result = cs_u2f_touch_authenticate(&touch, &ret_answer->answer.key,
                                                       &ret_answer->answer.assertion, &error);
    if (ret_answer->result == CS_ERR_CANCELLED && given.wanting)
        ret_answer->result = CS_ERR_CANNOT_ASK;
    if (!is_expected(ret_answer, request->milliseconds))
        cs_log(log, LOG_INFO, "%s", error.text);
}

static enum cs_err serve(const struct cs_log *log, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = {0};
    struct cs_u2f_host_answer answer = {0};
    enum cs_err result = receive(&request, error);

    if (result == CS_ERR_HANGUP) /* `countersign check` sends no request */
        return CS_OK;
    if (result != CS_OK)
        return result;
    ask_keys(&request, log, &answer);
    result = cs_u2f_host_write_answer(&answer, &packet, error);
    if (result == CS_OK)
        result = cs_send_packet(CONNECTION, &packet, -1, cs_clock_ms() + ANSWER_MS, error);
    return result == CS_ERR_HANGUP ? CS_OK : result;
}

int main(int argc, char **argv)
{
    struct cs_log log = {0};
    struct cs_error error = {0};
    enum cs_err result;

    /* A key's device node must not get the descriptor of standard error. */
    if (cs_standard_open(NULL) != CS_OK)
        return EXIT_FAILURE;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout, EXIT_SUCCESS);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("countersign-u2f-host " CS_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (argc > 1)
        return usage(stderr, EXIT_USAGE);
    cs_log_to_stderr(&log);
    (void)umask(077);
    (void)signal(SIGPIPE, SIG_IGN);
    result = clearenv() == 0 ? check_connection(&error) : cs_fail_errno(&error, "clearenv");
    if (result == CS_OK)
        result = cs_u2fhost_confine(&log, &error);
    if (result == CS_OK)
        result = serve(&log, &error);
    if (result == CS_OK)
        return EXIT_SUCCESS;
    cs_log(&log, LOG_ERR, "%s", error.text);
    return EXIT_FAILURE;
}
