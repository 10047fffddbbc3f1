/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on the user's phone: OpenID Connect Client-Initiated Backchannel Authentication (CIBA
 * Core 1.0), in poll mode. */
#include <stdio.h>
#include <syslog.h>

#include "providers/openid/form.h"
#include "providers/openid/hint.h"
#include "providers/openid/openid.h"
#include "providers/server/word.h"

enum { HANDLE_BYTES_MAX = 4096 };

static const char what[] = "the request for an approval";

/* CIBA Core section 7.1. */
static void write_form(const struct cs_openid *openid, const struct cs_call *call,
                       const struct cs_provider_user *user,
                       const struct cs_challenge_request *request, const char *word,
                       struct cs_buffer *form)
{
    const struct cs_openid_settings *settings = openid->settings, *login = cs_openid_login(call);
    const struct cs_openid_hint hint = {user->name, request->name, settings->issuer};
    CS_AUTO(cs_buffer_free) struct cs_buffer whom = {0};
    char seconds[16];

    cs_openid_hint_write(settings->login_hint, &hint, &whom);
    form->failed = form->failed || whom.failed;
    cs_form_add(form, "scope", settings->scope);
    cs_form_add(form, "login_hint", whom.text ? whom.text : "");
    cs_form_add(form, "binding_message", word[0] ? word : NULL);
    cs_form_add(form, "acr_values", cs_openid_levels(settings, login));
    cs_form_add(form, "user_code", request->user_code ? request->user_code->data : NULL);
    (void)snprintf(seconds, sizeof seconds, "%u", request->seconds);
    cs_form_add(form, "requested_expiry", settings->requested_expiry ? seconds : NULL);
    if (login->suppress_notification)
        cs_form_add_parameter(form, settings->quiet_parameter);
}

/* CIBA Core section 7.3. */
static enum cs_err take_answer(const struct cs_openid_answer *answer, unsigned seconds,
                               struct cs_challenge *challenge, struct cs_error *error)
{
    const char *handle = cs_openid_answer_text(answer, "auth_req_id", HANDLE_BYTES_MAX);

    if (handle == NULL)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: the answer has no auth_req_id", what);
    return cs_openid_grant_start(CS_OPENID_CIBA, handle, answer, seconds, challenge, error);
}

/* A user whom the provider does not know looks like one who denies (CIBA Core section 13 names the
 * errors). */
static enum cs_err take_refusal(struct cs_openid *openid, const struct cs_openid_answer *answer,
                                struct cs_challenge *challenge, struct cs_error *error)
{
    enum cs_reason reason = answer->word == CS_OPENID_UNKNOWN_USER ? CS_REASON_UNKNOWN_IDENTITY
                                                                   : CS_REASON_REQUEST_REFUSED;

    challenge->unsent = true;
    switch (answer->word) {
    case CS_OPENID_UNKNOWN_USER:
    case CS_OPENID_REFUSED:
    case CS_OPENID_DENIED:
        cs_log(openid->log, LOG_WARNING, "%s was refused (%s)", what, answer->said);
        return cs_openid_grant_refuse(reason, challenge, error);
    case CS_OPENID_USER_CODE:
        challenge->wants_user_code = true;
        return CS_OK;
    case CS_OPENID_BAD_CLIENT:
        return cs_fail(error, CS_ERR_CONFIG,
                       "the provider refuses this machine's client (%s); check client-id, "
                       "client-authentication and its secret or key, scope and word-length, and "
                       "that the client may use CIBA there",
                       answer->said);
    default:
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s failed (%s)", what, answer->said);
    }
}

enum cs_err cs_openid_begin_ciba(struct cs_openid *openid, const struct cs_call *call,
                                 const struct cs_provider_user *user,
                                 const struct cs_challenge_request *request,
                                 struct cs_challenge *ret_challenge, struct cs_error *error)
{
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    unsigned length = request->silent ? 0 : openid->settings->word_length;
    bool sent = false;
    enum cs_err result;

    ret_challenge->unsent = true;
    if (openid->settings->user_code && request->user_code == NULL) {
        ret_challenge->wants_user_code = true;
        return CS_OK;
    }
    result = cs_make_word(length, ret_challenge->correlation, error);
    if (result == CS_OK)
        result = cs_shared_begin(openid->metadata, &http, &use, error);
    if (result != CS_OK)
        return result;
    write_form(openid, call, user, request, ret_challenge->correlation, &form);
    result = cs_openid_post(
        openid, call,
        &(struct cs_openid_request){
            .endpoint = ((const struct cs_openid_metadata *)cs_shared_value(&use))->ciba_endpoint,
            .client = &openid->client,
            .form = &form,
            .sent = &sent,
            .what = what},
        &answer, error);
    ret_challenge->unsent = !sent;
    ret_challenge->compares = length > 0;
    if (result != CS_OK)
        return result;
    return answer.word == CS_OPENID_SUCCESS
               ? take_answer(&answer, request->seconds, ret_challenge, error)
               : take_refusal(openid, &answer, ret_challenge, error);
}
