/* SPDX-License-Identifier: Apache-2.0 */
/* One call to the tenant's API, and what its status means. */
#include <string.h>
#include <syslog.h>

#include "base/sanitise.h"
#include "providers/ibm_verify/verify_priv.h"

void cs_verify_reply_clear(struct cs_verify_reply *reply)
{
    cs_secret_free(&reply->body);
    *reply = (struct cs_verify_reply){0};
}

/* ---- sending ---- */

static bool is_ascii(const struct cs_secret *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if ((unsigned char)text->data[i] > 0x7f)
            return false;
    }
    return true;
}

bool cs_verify_is_utf8(const struct cs_secret *text)
{
    unsigned long code;

    for (size_t at = 0; at < text->length;) {
        size_t length = cs_utf8_decode(text->data + at, text->length - at, &code);

        if (length == 0 || code == 0)
            return false;
        at += length;
    }
    return true;
}

/* A tenant guesses the encoding of non-ASCII text unless it is told. */
static const char *content_type(const struct cs_verify_request *request)
{
    if (request->body == NULL)
        return NULL;
    if (!request->scim)
        return "application/json";
    return is_ascii(request->body) ? "application/scim+json"
                                   : "application/scim+json;charset=utf-8";
}

static enum cs_err send_once(struct cs_verify *verify, const struct cs_http_call *call,
                             const struct cs_verify_request *request,
                             struct cs_http_response *ret_response, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret token = {0};
    const struct cs_http_request http = {.method = request->method,
                                         .target = request->target,
                                         .content_type = content_type(request),
                                         .accept = request->scim ? "application/scim+json"
                                                                 : "application/json",
                                         .bearer = verify->tokens ? &token : &verify->access_token,
                                         .body = request->body,
                                         .idempotent = request->idempotent,
                                         .hold = request->hold,
                                         .what = request->what};
    enum cs_err result = CS_OK;

    if (verify->tokens != NULL)
        result = cs_bearer_get(verify->tokens, call, &token, error);
    if (result == CS_OK)
        result = cs_http_perform(verify->http, call, &http, ret_response, error);
    if (result == CS_OK && ret_response->status == 401 && verify->tokens != NULL)
        cs_bearer_drop(verify->tokens, &token);
    return result;
}

/* ---- what a status means ---- */

static enum cs_err refused(const struct cs_verify *verify, const struct cs_verify_request *request,
                           const struct cs_verify_reply *reply, struct cs_error *error)
{
    static const struct {
        long status;
        enum cs_err result;
        const char *text;
    } rows[] = {
        {401, CS_ERR_UNAVAILABLE, "the tenant does not accept its own token for it"},
        {403, CS_ERR_UNAVAILABLE, "the API client lacks an entitlement"},
        {429, CS_ERR_UNAVAILABLE, "the tenant allows no more requests now"},
        {502, CS_ERR_UNREACHABLE, "the tenant is not there"},
        {503, CS_ERR_UNREACHABLE, "the tenant is not there"},
        {504, CS_ERR_UNREACHABLE, "the tenant is not there"},
        {529, CS_ERR_UNREACHABLE, "the tenant takes too long"},
    };
    const char *id = reply->refusal.message_id;

    if (reply->status == 403)
        cs_log(verify->log, LOG_ERR, "%s is forbidden: give the API client the entitlement %s",
               request->what, request->entitlement);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (rows[i].status == reply->status)
            return cs_fail(error, rows[i].result, "%s failed: %s (status %ld%s%s)", request->what,
                           reply->status == 401 && verify->tokens == NULL
                               ? "access-token is not accepted"
                               : rows[i].text,
                           reply->status, id[0] ? ", " : "", id);
    }
    return cs_fail(error, CS_ERR_UNAVAILABLE, "%s failed (status %ld%s%s)", request->what,
                   reply->status, id[0] ? ", " : "", id);
}

enum cs_err cs_verify_call(struct cs_verify *verify, const struct cs_call *call,
                           const struct cs_verify_request *request,
                           struct cs_verify_reply *ret_reply, struct cs_error *error)
{
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    enum cs_err result = send_once(verify, &http, request, &response, error);

    /* A token may be revoked early. Nothing was done, so repeating the call is always safe. */
    if (result == CS_OK && response.status == 401 && verify->tokens != NULL) {
        cs_http_response_free(&response);
        result = send_once(verify, &http, request, &response, error);
    }
    if (result != CS_OK)
        return result;
    reply.status = response.status;
    reply.body = response.body;
    response.body = (struct cs_secret){0};
    if (reply.status < 200 || reply.status > 299)
        cs_verify_read_refusal(reply.body.data, reply.body.length, &reply.refusal);
    if ((reply.status < 200 || reply.status > 299) && reply.status != 400 && reply.status != 404)
        return refused(verify, request, &reply, error);
    *ret_reply = reply;
    reply = (struct cs_verify_reply){0};
    return CS_OK;
}

enum cs_err cs_verify_expect_success(const struct cs_verify_request *request,
                                     const struct cs_verify_reply *reply, struct cs_error *error)
{
    const char *id = reply->refusal.message_id, *type = reply->refusal.scim_type;

    if (reply->status >= 200 && reply->status <= 299)
        return CS_OK;
    return cs_fail(error, CS_ERR_UNAVAILABLE, "%s was refused (status %ld%s%s%s%s)%s",
                   request->what, reply->status, id[0] ? ", " : "", id, type[0] ? ", " : "", type,
                   reply->status == 404 && id[0] == '\0' ? "; check that host is the tenant's"
                                                         : "");
}

enum cs_err cs_verify_is_passed(const struct cs_verify_request *request,
                                const struct cs_verify_reply *reply, bool *ret_passed,
                                struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result;

    *ret_passed = false;
    if (reply->status == 400 || reply->status == 404)
        return CS_OK;
    if (reply->status != 204 && reply->status != 200)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s was neither passed nor failed (status %ld)",
                       request->what, reply->status);
    if (reply->body.length > 0) {
        result =
            cs_verify_parse(request->what, reply->body.data, reply->body.length, &document, error);
        if (result != CS_OK)
            return result;
        if (cs_json_get(cs_json_root(document), "messageId") != NULL)
            return cs_verify_nonsense(error, request->what, "a message with a status of success");
    }
    *ret_passed = true;
    return CS_OK;
}
