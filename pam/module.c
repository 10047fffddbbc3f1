/* SPDX-License-Identifier: Apache-2.0 */
/* pam_countersign.so: carries PAM items to the broker, rounds to the person and back, and the
 * verdict to PAM. */
#include "pam/module.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include "base/file.h"

static void write_pam_syslog(void *context, int priority, const char *line)
{
    pam_syslog(context, priority, "%s", line);
}

PAM_EXTERN __attribute__((visibility("default"))) int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct cs_log log = {write_pam_syslog, pamh, false};
    struct cs_module_channel channel = {.pamh = pamh,
                                        .silent = ((unsigned)flags & PAM_SILENT) != 0};
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
        return cs_module_error_code(result);
    }
    cs_log(&log, LOG_DEBUG, "login of '%s': %s", request.user, verdict.name);
    return cs_module_hand_over(pamh, &verdict, arguments.user_env);
}

/* This module has no credentials to set, and the stack must not fail because of that. */
PAM_EXTERN __attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t *pamh, int flags,
                                                                     int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
