/* SPDX-License-Identifier: Apache-2.0 */
/* pam_countersign.so: carries PAM items to the broker, rounds to the person and the verdict back.
 */
#include "pam/module.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "base/file.h"

static void write_pam_syslog(void *context, int priority, const char *line)
{
    pam_syslog(context, priority, "%s", line);
}

/* PAM codes that a verdict may carry. Anything else from the other end denies. */
static int accepted_code(uint32_t code)
{
    static const int codes[] = {PAM_SUCCESS,          PAM_IGNORE,      PAM_AUTH_ERR, PAM_MAXTRIES,
                                PAM_AUTHINFO_UNAVAIL, PAM_SERVICE_ERR, PAM_CONV_ERR};

    for (size_t i = 0; i < CS_ARRAY_SIZE(codes); i++) {
        if (code == (uint32_t)codes[i])
            return codes[i];
    }
    return PAM_AUTH_ERR;
}

/* How a login ends that never reached a verdict. No row is PAM_SUCCESS or PAM_IGNORE: an error that
 * is ignored makes the factor vanish (compare CVE-2025-23013). */
static int code_of_error(enum cs_err error)
{
    static const struct {
        enum cs_err error;
        int code;
    } rows[] = {
        {CS_ERR_NOMEM, PAM_BUF_ERR},
        {CS_ERR_CANCELLED, PAM_CONV_ERR},
        {CS_ERR_CONFIG, PAM_SERVICE_ERR},
        {CS_ERR_INPUT, PAM_SERVICE_ERR},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (rows[i].error == error)
            return rows[i].code;
    }
    return PAM_AUTHINFO_UNAVAIL;
}

/* Names of our own, and the one on this line: a broker that was taken over must not reach the
 * session's loader. */
static bool may_set(const char *variable, const char *user_env)
{
    size_t length = user_env ? strlen(user_env) : 0;

    return strncmp(variable, CS_VARIABLE_PREFIX, sizeof CS_VARIABLE_PREFIX - 1) == 0 ||
           (length > 0 && strncmp(variable, user_env, length) == 0 && variable[length] == '=');
}

static int hand_over(pam_handle_t *pamh, const struct cs_verdict_message *verdict,
                     const char *user_env)
{
    int code = accepted_code(verdict->pam_code);

    if (code != PAM_SUCCESS)
        return code;
    for (size_t i = 0; i < verdict->variables.count; i++) {
        const char *variable = verdict->variables.items[i];

        if (!may_set(variable, user_env))
            continue;
        if (pam_putenv(pamh, variable) != PAM_SUCCESS)
            return PAM_BUF_ERR;
    }
    if (verdict->authtok.data != NULL &&
        pam_set_item(pamh, PAM_AUTHTOK, verdict->authtok.data) != PAM_SUCCESS)
        return PAM_BUF_ERR;
    return code;
}

PAM_EXTERN __attribute__((visibility("default"))) int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct cs_log log = {write_pam_syslog, pamh, false};
    struct cs_module_channel channel = {pamh, ((unsigned)flags & PAM_SILENT) != 0};
    CS_AUTO(cs_request_clear) struct cs_request request = {.config_fd = -1};
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    struct cs_module_arguments arguments;
    struct cs_error error = {0};
    struct cs_client client = {
        .context = &channel, .exchange = cs_module_exchange, .authtok = cs_module_authtok};
    enum cs_err result;

    cs_module_parse(argc, argv, &arguments);
    log.debug = arguments.debug;
    client.socket_path = arguments.socket;
    client.mode = arguments.mode;
    result = cs_module_collect(pamh, flags, argc, argv, &arguments, &request, &error);
    if (result == CS_OK)
        result = cs_client_login(&client, &request, &verdict, &error);
    cs_fd_close(&request.config_fd);
    if (result != CS_OK) {
        cs_log(&log, result == CS_ERR_CANCELLED ? LOG_INFO : LOG_ERR, "login of '%s' refused: %s",
               request.user ? request.user : "", error.text[0] ? error.text : "out of memory");
        return code_of_error(result);
    }
    cs_log(&log, LOG_DEBUG, "login of '%s': %s", request.user, verdict.name);
    return hand_over(pamh, &verdict, arguments.user_env);
}

/* Credentials are nobody's business here, and the stack must not fail because of it. */
PAM_EXTERN __attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t *pamh, int flags,
                                                                     int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
