/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/claim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool cs_claim_refuse(struct cs_id_token_result *result, enum cs_reason reason, const char *format,
                     ...)
{
    va_list arguments;

    result->state = CS_ID_TOKEN_REFUSED;
    result->reason = reason;
    va_start(arguments, format);
    (void)vsnprintf(result->detail, sizeof result->detail, format, arguments);
    va_end(arguments);
    return false;
}

bool cs_claim_parse(const char *what, const char *text, size_t length,
                    struct cs_json **ret_document, struct cs_id_token_result *result,
                    struct cs_error *error, enum cs_err *ret_err)
{
    enum cs_err err = cs_json_parse(what, text, length, CS_JSON_STRICT, ret_document, NULL);

    *ret_err = err == CS_ERR_NOMEM ? cs_fail_nomem(error) : CS_OK;
    if (err != CS_OK)
        return cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "%s is not JSON", what);
    if (cs_json_type(cs_json_root(*ret_document)) != CS_JSON_OBJECT)
        return cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "%s is not a JSON object", what);
    return true;
}

static bool is_verified(const struct cs_json_value *claims, const char *claim)
{
    bool verified = false;

    if (strcmp(claim, "email") != 0)
        return true;
    return cs_json_bool(cs_json_get(claims, "email_verified"), &verified) && verified;
}

static bool compare(const struct cs_json_value *claims, const char *claim, const char *identity,
                    struct cs_id_token_result *result)
{
    const char *text = cs_json_string(cs_json_get(claims, claim), NULL);

    if (text == NULL)
        return cs_claim_refuse(result, CS_REASON_CLAIM_MISSING, "%.40s is not a text", claim);
    if (strcmp(text, identity) != 0)
        return cs_claim_refuse(result, CS_REASON_OTHER_USER, "%.40s is '%.70s'", claim, text);
    if (!is_verified(claims, claim))
        return cs_claim_refuse(result, CS_REASON_CLAIM_MISSING, "email_verified is not true");
    return true;
}

enum cs_claim cs_claim_judge(const struct cs_json_value *claims, const char *claim,
                             const char *identity, struct cs_id_token_result *result)
{
    if (cs_json_get(claims, claim) == NULL)
        return CS_CLAIM_MISSING;
    return compare(claims, claim, identity, result) ? CS_CLAIM_RIGHT : CS_CLAIM_REFUSED;
}
