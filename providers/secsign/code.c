/* SPDX-License-Identifier: Apache-2.0 */
/* Codes, which only the REST API knows: of the app, and by mail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "providers/secsign/secsign.h"
#include "providers/secsign/service.h"
#include "providers/server/form.h"
#include "providers/server/word.h"

enum { ID_LENGTH = 8, TOTP_MIN = 6, TOTP_MAX = 8, CODE_MAX = 20 };

/* Which server sent it. */
struct sent {
    unsigned server;
};

/* ---- sending ---- */

static enum cs_err check_sent(const char *what, const struct cs_http_response *response,
                              struct cs_error *error)
{
    /* Of the answer nothing is known but that this word in it means failure. */
    if (response->status < 200 || response->status > 299 ||
        strlen(response->body.data) != response->body.length ||
        strstr(response->body.data, "error") != NULL)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s was refused (status %ld)", what,
                       response->status);
    return CS_OK;
}

enum cs_err cs_secsign_send_code(struct cs_secsign *secsign, const struct cs_call *call,
                                 const struct cs_provider_user *user,
                                 const struct cs_listed_factor *factor,
                                 struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer query = {0}, target = {0};
    struct cs_secsign_request request = {
        .method = "GET", .server = CS_SECSIGN_ANY, .what = "the request for a code"};
    struct sent *sent = calloc(1, sizeof *sent);
    enum cs_err result;

    ret_challenge->unsent = true;
    ret_challenge->state = sent;
    ret_challenge->free_state = free;
    cs_form_add(&query, "secsignid", user->name);
    cs_form_add(&query, "email", factor->name);
    cs_buffer_printf(&target, "/rest/v2/OTP?%s", query.text ? query.text : "");
    if (sent == NULL || query.failed || target.failed)
        return cs_fail_nomem(error);
    request.target = target.text;
    result = cs_secsign_rest_call(secsign, call, &request, &response, error);
    ret_challenge->unsent = !request.sent;
    if (result == CS_OK)
        result = check_sent(request.what, &response, error);
    if (result != CS_OK)
        return result;
    sent->server = request.server;
    return cs_make_word(ID_LENGTH, ret_challenge->id, error);
}

/* ---- judging ---- */

bool cs_secsign_fits(enum cs_factor_kind kind, const struct cs_secret *answer)
{
    static const char plain[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t least = kind == CS_FACTOR_TOTP ? TOTP_MIN : 1;
    size_t most = kind == CS_FACTOR_TOTP ? TOTP_MAX : CODE_MAX;

    if (answer->length < least || answer->length > most)
        return false;
    return kind == CS_FACTOR_TOTP ? strspn(answer->data, "0123456789") == answer->length
                                  : strspn(answer->data, plain) == answer->length;
}

/* The code stands in the path, which no trace shows. */
static enum cs_err check(struct cs_secsign *secsign, const struct cs_call *call, const char *path,
                         const char *id, const struct cs_attempt *attempt, unsigned server,
                         bool *ret_valid, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer query = {0}, target = {0}, shown = {0};
    struct cs_secsign_request request = {
        .method = "GET", .server = server, .what = "the check of a code"};
    struct cs_error why = {0};
    enum cs_err result;

    cs_form_add(&query, "secsignid", id);
    cs_buffer_text(&target, path);
    cs_percent_encode(&target, attempt->answer->data, attempt->answer->length, "");
    cs_buffer_printf(&target, "?%s", query.text ? query.text : "");
    cs_buffer_printf(&shown, "%s***?%s", path, query.text ? query.text : "");
    if (query.failed || target.failed || shown.failed)
        return cs_fail_nomem(error);
    request.target = target.text;
    request.shown = shown.text;
    result = cs_secsign_rest_call(secsign, call, &request, &response, &why);
    /* Something on the way may take offence at many codes, and that opens nothing. */
    if (result != CS_OK)
        return cs_fail(error,
                       result == CS_ERR_UNREACHABLE && request.sent ? CS_ERR_UNAVAILABLE : result,
                       "%s", why.text);
    if (response.status == 404 || response.status == 409)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s gave no judgement (status %ld); check that the SecSign ID exists and "
                       "that server is the REST API's URL",
                       request.what, response.status);
    return cs_secsign_rest_valid(response.body.data, response.body.length, ret_valid, error);
}

enum cs_err cs_secsign_judge(struct cs_provider *provider, const struct cs_call *call,
                             const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                             struct cs_error *error)
{
    struct cs_secsign *secsign = (struct cs_secsign *)provider;
    const struct cs_challenge *challenge = attempt->challenge;
    bool mailed = attempt->kind == CS_FACTOR_EMAILOTP, valid = false;
    enum cs_err result;

    *ret_outcome = (struct cs_outcome){.reason = CS_REASON_NOT_ENROLLED};
    if (attempt->user == NULL || attempt->factor_count == 0 ||
        (!mailed && attempt->kind != CS_FACTOR_TOTP))
        return CS_OK;
    ret_outcome->reason = CS_REASON_WRONG_CODE;
    if ((mailed && (challenge == NULL || challenge->state == NULL)) ||
        !cs_secsign_fits(attempt->kind, attempt->answer))
        return CS_OK;
    result = check(secsign, call, mailed ? "/rest/v2/OTP/valid/" : "/rest/v2/TOTP/Verify/",
                   attempt->user->name, attempt,
                   mailed ? ((const struct sent *)challenge->state)->server : CS_SECSIGN_ANY,
                   &valid, error);
    if (result == CS_OK && valid)
        *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT,
                                           .reason = mailed ? CS_REASON_EMAILOTP : CS_REASON_TOTP};
    return result;
}
