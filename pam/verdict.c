/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a verdict, and of a login that never reached one. */
#include <string.h>

#include "pam/module.h"

/* PAM codes that a verdict may contain. Any other code from the broker denies. */
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

int cs_module_account_code(const struct cs_verdict_message *verdict)
{
    static const int codes[] = {PAM_SUCCESS,      PAM_IGNORE,           PAM_PERM_DENIED,
                                PAM_ACCT_EXPIRED, PAM_AUTHINFO_UNAVAIL, PAM_USER_UNKNOWN,
                                PAM_SERVICE_ERR};

    for (size_t i = 0; i < CS_ARRAY_SIZE(codes); i++) {
        if (verdict->pam_code == (uint32_t)codes[i])
            return codes[i];
    }
    return PAM_PERM_DENIED;
}

/* How a login without a verdict ends. No row is PAM_SUCCESS or PAM_IGNORE: ignoring an error would
 * make the factor vanish (compare CVE-2025-23013). */
static const struct {
    enum cs_err error;
    int code, account;
} error_rows[] = {
    {CS_ERR_NOMEM, PAM_BUF_ERR, PAM_BUF_ERR},
    {CS_ERR_CANCELLED, PAM_CONV_ERR, PAM_AUTHINFO_UNAVAIL},
    {CS_ERR_CONFIG, PAM_SERVICE_ERR, PAM_SERVICE_ERR},
    {CS_ERR_INPUT, PAM_SERVICE_ERR, PAM_SERVICE_ERR},
};

int cs_module_error_code(enum cs_err error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(error_rows); i++) {
        if (error_rows[i].error == error)
            return error_rows[i].code;
    }
    return PAM_AUTHINFO_UNAVAIL;
}

int cs_module_account_error_code(enum cs_err error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(error_rows); i++) {
        if (error_rows[i].error == error)
            return error_rows[i].account;
    }
    return PAM_AUTHINFO_UNAVAIL;
}

/* Only our own names and the one on this PAM line: a compromised broker must not reach the
 * session's dynamic loader. */
static bool may_set(const char *variable, const char *user_env)
{
    size_t length = user_env ? strlen(user_env) : 0;

    return strncmp(variable, CS_VARIABLE_PREFIX, sizeof CS_VARIABLE_PREFIX - 1) == 0 ||
           (length > 0 && strncmp(variable, user_env, length) == 0 && variable[length] == '=');
}

int cs_module_hand_over(pam_handle_t *pamh, const struct cs_verdict_message *verdict,
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
