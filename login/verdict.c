/* SPDX-License-Identifier: Apache-2.0 */
#include "login/verdict.h"

#include <security/_pam_types.h>

/* Each row: the usual code, and the one if the option says otherwise. */
static const struct {
    const char *name;
    int code;
} rows[CS_VERDICTS] = {
    [CS_VERDICT_DENY] = {"deny", PAM_AUTH_ERR},
    [CS_VERDICT_ALLOW] = {"allow", PAM_SUCCESS},
    [CS_VERDICT_EXEMPT] = {"exempt", PAM_SUCCESS},
    [CS_VERDICT_NOT_ENROLLED] = {"not-enrolled", PAM_AUTH_ERR},
    [CS_VERDICT_ENROL_BY] = {"enrol-by", PAM_SUCCESS},
    [CS_VERDICT_MAX_TRIES] = {"max-tries", PAM_MAXTRIES},
    [CS_VERDICT_UNAVAILABLE] = {"unavailable", PAM_AUTHINFO_UNAVAIL},
    [CS_VERDICT_UNREACHABLE] = {"unreachable", PAM_AUTHINFO_UNAVAIL},
    [CS_VERDICT_MISCONFIGURED] = {"misconfigured", PAM_SERVICE_ERR},
    [CS_VERDICT_UNKNOWN_USER] = {"unknown-user", PAM_AUTH_ERR},
    [CS_VERDICT_ABORTED] = {"aborted", PAM_CONV_ERR},
};

const char *cs_verdict_name(enum cs_verdict verdict)
{
    return rows[verdict].name;
}

const char *cs_pam_code_name(int code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {PAM_SUCCESS, "PAM_SUCCESS"},           {PAM_IGNORE, "PAM_IGNORE"},
        {PAM_AUTH_ERR, "PAM_AUTH_ERR"},         {PAM_MAXTRIES, "PAM_MAXTRIES"},
        {PAM_SERVICE_ERR, "PAM_SERVICE_ERR"},   {PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL"},
        {PAM_CONV_ERR, "PAM_CONV_ERR"},         {PAM_PERM_DENIED, "PAM_PERM_DENIED"},
        {PAM_ACCT_EXPIRED, "PAM_ACCT_EXPIRED"}, {PAM_USER_UNKNOWN, "PAM_USER_UNKNOWN"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        if (names[i].code == code)
            return names[i].name;
    }
    return "unknown";
}

/* Whether an option lets in who has no factor: until a date, or for ever. */
static bool does_without_factor(enum cs_verdict verdict, const struct cs_options *options)
{
    if (verdict == CS_VERDICT_ENROL_BY)
        return options->enrol_by != NULL;
    return verdict == CS_VERDICT_NOT_ENROLLED && options->method.accept_on_missing_auth_method;
}

int cs_verdict_pam_code(enum cs_verdict verdict, const struct cs_options *options, bool known,
                        bool proven)
{
    if (!known && rows[verdict].code == PAM_SUCCESS)
        return PAM_AUTH_ERR;
    if (verdict == CS_VERDICT_EXEMPT && options->exempt_result == CS_EXEMPT_IGNORE)
        return PAM_IGNORE;
    if (does_without_factor(verdict, options) && known)
        return options->missing_result == CS_MISSING_IGNORE ? PAM_IGNORE : PAM_SUCCESS;
    if (verdict == CS_VERDICT_UNREACHABLE && options->failmode_insecure && known && proven)
        return PAM_SUCCESS;
    return rows[verdict].code;
}

/* The account phase. The first row that fits counts, CS_REASONS fits every reason; what has no row
 * is PAM_PERM_DENIED. The codes are those that pam_sm_acct_mgmt(3) lists, where there is one. */
static const struct {
    enum cs_verdict verdict;
    enum cs_reason reason;
    int code;
} account_rows[] = {
    {CS_VERDICT_ALLOW, CS_REASON_NO_OBJECTION, PAM_IGNORE},
    {CS_VERDICT_ALLOW, CS_REASONS, PAM_SUCCESS},
    {CS_VERDICT_EXEMPT, CS_REASONS, PAM_SUCCESS},
    {CS_VERDICT_DENY, CS_REASON_INACTIVE, PAM_ACCT_EXPIRED},
    {CS_VERDICT_DENY, CS_REASON_USER_NOT_ACTIVE, PAM_ACCT_EXPIRED},
    {CS_VERDICT_UNKNOWN_USER, CS_REASONS, PAM_USER_UNKNOWN},
    {CS_VERDICT_UNAVAILABLE, CS_REASONS, PAM_AUTHINFO_UNAVAIL},
    {CS_VERDICT_UNREACHABLE, CS_REASONS, PAM_AUTHINFO_UNAVAIL},
    {CS_VERDICT_ABORTED, CS_REASONS, PAM_AUTHINFO_UNAVAIL},
    {CS_VERDICT_MISCONFIGURED, CS_REASONS, PAM_SERVICE_ERR},
};

static int account_code(enum cs_verdict verdict, enum cs_reason reason)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(account_rows); i++) {
        if (account_rows[i].verdict == verdict &&
            (account_rows[i].reason == reason || account_rows[i].reason == CS_REASONS))
            return account_rows[i].code;
    }
    return PAM_PERM_DENIED;
}

int cs_verdict_account_code(enum cs_verdict verdict, enum cs_reason reason,
                            const struct cs_options *options, bool known)
{
    int code = account_code(verdict, reason);

    if (!known && (code == PAM_SUCCESS || code == PAM_IGNORE))
        return PAM_PERM_DENIED;
    return verdict == CS_VERDICT_EXEMPT && options->exempt_result == CS_EXEMPT_IGNORE ? PAM_IGNORE
                                                                                      : code;
}
