/* SPDX-License-Identifier: Apache-2.0 */
/* pam_countersign.so: carries PAM items to the broker, rounds to the person and back, and the
 * verdict to PAM. */
#include "pam/module.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include "base/file.h"

#define ENTRY PAM_EXTERN __attribute__((visibility("default")))

static void write_pam_syslog(void *context, int priority, const char *line)
{
    pam_syslog(context, priority, "%s", line);
}

/* What PAM gave one of the entry points. */
struct entry {
    pam_handle_t *pamh;
    int flags, argc;
    const char **argv;
    struct cs_module_arguments arguments;
    struct cs_log log;
};

static void begin(struct entry *entry)
{
    cs_module_parse(entry->argc, entry->argv, &entry->arguments);
    entry->log = (struct cs_log){write_pam_syslog, entry->pamh, entry->arguments.debug};
}

/* Asks the broker, and logs how that ended. */
static enum cs_err ask(const struct entry *entry, enum cs_phase phase,
                       struct cs_verdict_message *ret_verdict)
{
    static const char *const names[] = {
        [CS_PHASE_AUTHENTICATE] = "login", [CS_PHASE_ACCOUNT] = "account check"};
    struct cs_module_channel channel = {.pamh = entry->pamh,
                                        .silent = ((unsigned)entry->flags & PAM_SILENT) != 0};
    CS_AUTO(cs_request_clear) struct cs_request request = {.phase = phase, .config_fd = -1};
    const struct cs_client client = {.socket_path = entry->arguments.socket,
                                     .mode = entry->arguments.mode,
                                     .context = &channel,
                                     .exchange = cs_module_exchange,
                                     .authtok = cs_module_authtok};
    struct cs_error error = {0};
    enum cs_err result = cs_module_collect(entry->pamh, entry->flags, entry->argc, entry->argv,
                                           &entry->arguments, &request, &error);

    if (result == CS_OK)
        result = cs_client_login(&client, &request, ret_verdict, &error);
    cs_fd_close(&request.config_fd);
    if (result != CS_OK)
        cs_log(&entry->log, result == CS_ERR_CANCELLED ? LOG_INFO : LOG_ERR,
               "%s of '%s' refused: %s", names[phase], request.user ? request.user : "",
               error.text[0] ? error.text : "out of memory");
    else
        cs_log(&entry->log, LOG_DEBUG, "%s of '%s': %s", names[phase], request.user,
               ret_verdict->name);
    return result;
}

ENTRY int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    struct entry entry = {.pamh = pamh, .flags = flags, .argc = argc, .argv = argv};
    enum cs_err result;
    int code;

    begin(&entry);
    /* Whatever was answered before is over, however this ends. */
    if (cs_module_remember(pamh, &entry.arguments, PAM_AUTH_ERR) != CS_OK)
        return PAM_BUF_ERR;
    result = ask(&entry, CS_PHASE_AUTHENTICATE, &verdict);
    if (result != CS_OK)
        return cs_module_error_code(result);
    code = cs_module_hand_over(pamh, &verdict, entry.arguments.user_env);
    /* If it cannot be kept, the account line asks: that refuses nobody who may log in. */
    cs_ignore(cs_module_remember(pamh, &entry.arguments, code));
    return code;
}

/* Without an answer of this module in the auth stack the broker says whether the account may log
 * in. A refused authentication is no such answer: the stack has gone on without it. */
ENTRY int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    struct entry entry = {.pamh = pamh, .flags = flags, .argc = argc, .argv = argv};
    enum cs_err result;
    int code;

    begin(&entry);
    if (cs_module_recall(pamh, &entry.arguments, &code)) {
        cs_log(&entry.log, LOG_DEBUG, "account check: the answer of the auth stack stands");
        return code;
    }
    result = ask(&entry, CS_PHASE_ACCOUNT, &verdict);
    return result == CS_OK ? cs_module_account_code(&verdict)
                           : cs_module_account_error_code(result);
}

/* This module has no credentials to set, and the stack must not fail because of that. */
ENTRY int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
