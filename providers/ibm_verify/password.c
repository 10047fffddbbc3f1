/* SPDX-License-Identifier: Apache-2.0 */
/* A password, checked by the Cloud Directory or by an identity source behind the tenant. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/buffer.h"
#include "providers/ibm_verify/verify_priv.h"

/* Why a password was refused: the log tells the reasons apart, the user sees no difference. */
static enum cs_reason reason_of(const struct cs_verify_refusal *refusal)
{
    static const struct {
        const char *word;
        enum cs_reason reason;
    } rows[] = {
        {"INVALID_CREDS", CS_REASON_WRONG_PASSWORD},
        {"PWD_EXPIRED", CS_REASON_PASSWORD_EXPIRED},
        {"ACCOUNT_LOCKED", CS_REASON_ACCOUNT_LOCKED},
        {"LOCKED_PWD_FAILURES", CS_REASON_ACCOUNT_LOCKED},
        {"USER_NOT_ACTIVE", CS_REASON_USER_NOT_ACTIVE},
        {"PWD_IN_DICTIONARY", CS_REASON_PASSWORD_IN_DICTIONARY},
        {"PWD_IN_GLOBAL_DICTIONARY", CS_REASON_PASSWORD_IN_DICTIONARY},
        {"AUTHFAIL_UNKNOWN", CS_REASON_PASSWORD_REFUSED},
        {"CSIAI0160E", CS_REASON_WRONG_PASSWORD},
        {"CSIBH0044E", CS_REASON_WRONG_PASSWORD},
    };
    const char *word = refusal->scim_type[0] ? refusal->scim_type : refusal->message_id;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].reason;
    }
    return CS_REASON_NONE;
}

static enum cs_err write_body(const char *source, const char *name,
                              const struct cs_secret *password, struct cs_secret *ret_body,
                              struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    if (source == NULL) {
        cs_json_write_array(writer, "schemas");
        cs_json_write_string(writer, NULL,
                             "urn:ietf:params:scim:schemas:ibm:core:2.0:AuthenticateUser");
        cs_json_write_end(writer);
    }
    cs_json_write_string(writer, source ? "username" : "userName", name);
    cs_json_write_bytes(writer, "password", password->data, password->length);
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_body, error);
}

/* The answer names the user whose password it was. That must be the user who was looked up, unless
 * the administrator says that the name belongs elsewhere. */
static enum cs_err judge_success(struct cs_verify *verify, const struct cs_verify_request *request,
                                 const struct cs_verify_reply *reply, const char *expected,
                                 struct cs_outcome *outcome, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    char id[CS_PROVIDER_ID_SIZE];
    enum cs_err result =
        cs_verify_parse(request->what, reply->body.data, reply->body.length, &document, error);

    if (result != CS_OK)
        return result;
    if (reply->status != 200 || !cs_verify_get_id(cs_json_root(document), "id", id))
        return cs_verify_nonsense(error, request->what, "it does not say whose password it is");
    if (expected != NULL && strcmp(id, expected) != 0) {
        cs_log(verify->log, LOG_WARNING, "the password is that of user %s, not of user %s", id,
               expected);
        outcome->reason = CS_REASON_WRONG_OWNER;
        return CS_OK;
    }
    *outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT, .reason = CS_REASON_PASSWORD};
    return CS_OK;
}

static enum cs_err judge(struct cs_verify *verify, const struct cs_verify_request *request,
                         const struct cs_verify_reply *reply, const char *expected,
                         struct cs_outcome *outcome, struct cs_error *error)
{
    enum cs_reason reason = reply->status == 400 ? reason_of(&reply->refusal) : CS_REASON_NONE;

    if (reply->status >= 200 && reply->status <= 299)
        return judge_success(verify, request, reply, expected, outcome, error);
    if (reason == CS_REASON_NONE)
        return cs_verify_expect_success(request, reply, error);
    cs_log(verify->log, LOG_INFO, "the tenant refuses the password: %s (%s%s%s)",
           cs_reason_name(reason), reply->refusal.message_id,
           reply->refusal.scim_type[0] ? " " : "", reply->refusal.scim_type);
    outcome->reason = reason;
    return CS_OK;
}

static enum cs_err check(struct cs_verify *verify, const struct cs_call *call, const char *name,
                         const struct cs_attempt *attempt, struct cs_outcome *outcome,
                         struct cs_error *error)
{
    const struct cs_verify_settings *settings = call->settings;
    const char *source = settings->identity_source;
    bool linked = source != NULL || settings->id_link_attr != NULL;
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    char path[64 + CS_PROVIDER_ID_SIZE] = "/v2.0/Users/authentication";
    const struct cs_verify_request request = {.method = "POST",
                                              .target = path,
                                              .scim = source == NULL,
                                              .body = &body,
                                              .what = "the check of a password",
                                              .entitlement =
                                                  "\"Authenticate any user\" (authnAnyUser)"};
    enum cs_err result = write_body(source, name, attempt->answer, &body, error);

    if (source != NULL)
        (void)snprintf(path, sizeof path, "/v1.0/authnmethods/password/%s", source);
    if (result == CS_OK)
        result = cs_verify_call(verify, call, &request, &reply, error);
    if (result == CS_OK && source != NULL && reply.status == 404)
        return cs_fail(error, CS_ERR_CONFIG,
                       "identity_source is not the id of any identity source in the tenant");
    return result == CS_OK
               ? judge(verify, &request, &reply, linked ? NULL : attempt->user->id, outcome, error)
               : result;
}

enum cs_err cs_verify_check_password(struct cs_verify *verify, const struct cs_call *call,
                                     const struct cs_attempt *attempt, struct cs_outcome *outcome,
                                     struct cs_error *error)
{
    const struct cs_verify_settings *settings = call->settings;
    const char *source = settings->identity_source;
    char name[CS_PROVIDER_NAME_SIZE];
    enum cs_err result = CS_OK;

    if (source != NULL && !cs_verify_is_id(source))
        return cs_fail(error, CS_ERR_CONFIG,
                       "identity_source is not the id of an identity source: letters, digits and "
                       "dashes");
    outcome->reason = CS_REASON_WRONG_PASSWORD;
    if (!cs_verify_is_utf8(attempt->answer))
        return CS_OK;
    (void)snprintf(name, sizeof name, "%s", attempt->user->name);
    if (name[0] == '\0')
        result = cs_verify_fetch_name(verify, call, attempt->user->id, name, error);
    if (result != CS_OK)
        return result;
    if (name[0] == '\0') {
        cs_log(verify->log, LOG_WARNING,
               "the user has no value for id_link_attr: no password can be right");
        outcome->reason = CS_REASON_NO_LINKED_NAME;
        return CS_OK;
    }
    return check(verify, call, name, attempt, outcome, error);
}
