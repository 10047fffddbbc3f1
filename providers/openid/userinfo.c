/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/claim.h"

#include <string.h>

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Whether the answer is about the user of the token. */
static bool is_about(const struct cs_json_value *claims, const char *subject,
                     struct cs_id_token_result *result)
{
    const char *sub = cs_json_string(cs_json_get(claims, "sub"), NULL);

    if (sub == NULL)
        return cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "userinfo has no sub");
    if (strcmp(sub, subject) != 0)
        return cs_claim_refuse(result, CS_REASON_OTHER_USER,
                               "userinfo has sub '%.40s', the token '%.40s'", sub, subject);
    return true;
}

enum cs_err cs_id_token_userinfo_check(const char *text, size_t length, const char *subject,
                                       const char *claim, const char *identity,
                                       struct cs_id_token_result *ret_result,
                                       struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_claim judged;
    enum cs_err err;

    *ret_result = (struct cs_id_token_result){.reason = CS_REASON_TOKEN_REFUSED};
    if (!is_given(subject) || !is_given(claim) || !is_given(identity))
        return cs_fail(error, CS_ERR_INPUT,
                       "userinfo cannot be judged without a subject, a claim and an identity");
    if (!cs_claim_parse("userinfo", text, length, &document, ret_result, error, &err))
        return err;
    if (!is_about(cs_json_root(document), subject, ret_result))
        return CS_OK;
    judged = cs_claim_judge(cs_json_root(document), claim, identity, ret_result);
    if (judged == CS_CLAIM_MISSING)
        (void)cs_claim_refuse(ret_result, CS_REASON_CLAIM_MISSING, "userinfo has no %.40s", claim);
    if (judged != CS_CLAIM_RIGHT)
        return CS_OK;
    *ret_result = (struct cs_id_token_result){.state = CS_ID_TOKEN_GOOD};
    (void)strncat(ret_result->subject, subject, sizeof ret_result->subject - 1);
    return CS_OK;
}
