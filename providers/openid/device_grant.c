/* SPDX-License-Identifier: Apache-2.0 */
/* A sign-in with a browser: the OAuth 2.0 Device Authorization Grant (RFC 8628). */
#include <stdio.h>
#include <string.h>

#include "base/sanitise.h"
#include "net/url.h"
#include "providers/openid/form.h"
#include "providers/openid/openid.h"

enum { HANDLE_BYTES_MAX = 4096 };

static const char what[] = "the request for a sign-in";

/* A page that fits into a prompt and can be typed. */
static bool is_page(const char *text)
{
    CS_AUTO(cs_url_free) struct cs_url url = {0};

    return text != NULL && cs_url_split(text, &url, NULL) == CS_OK;
}

/* RFC 8628 section 3.2. Some servers call the page verification_url. */
static enum cs_err take_answer(const struct cs_openid_answer *answer, unsigned seconds,
                               struct cs_challenge *challenge, struct cs_error *error)
{
    const char *handle = cs_openid_answer_text(answer, "device_code", HANDLE_BYTES_MAX);
    const char *code = cs_openid_answer_text(answer, "user_code", sizeof challenge->code - 1);
    const char *complete =
        cs_openid_answer_text(answer, "verification_uri_complete", sizeof challenge->scan - 1);
    const char *page = cs_openid_answer_text(answer, "verification_uri", CS_CHALLENGE_URL_SIZE - 1);

    if (page == NULL)
        page = cs_openid_answer_text(answer, "verification_url", CS_CHALLENGE_URL_SIZE - 1);
    if (handle == NULL || code == NULL || !cs_is_clean(code, strlen(code)))
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: the answer has no device_code, or no user_code that can be typed",
                       what);
    if (!is_page(page))
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: the answer has no verification_uri with https and at most %d "
                       "characters",
                       what, CS_CHALLENGE_URL_SIZE - 1);
    (void)snprintf(challenge->url, sizeof challenge->url, "%s", page);
    (void)snprintf(challenge->code, sizeof challenge->code, "%s", code);
    if (is_page(complete))
        (void)snprintf(challenge->scan, sizeof challenge->scan, "%s", complete);
    return cs_openid_grant_start(CS_OPENID_DEVICE_GRANT, handle, answer, seconds, challenge, error);
}

static enum cs_err refused(const struct cs_openid_answer *answer, struct cs_error *error)
{
    if (answer->word == CS_OPENID_BUSY || answer->word == CS_OPENID_SLOW_DOWN)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s failed (%s)", what, answer->said);
    return cs_fail(error, CS_ERR_CONFIG,
                   "the provider refuses this machine's client (%s); check client-id or "
                   "device-client-id, its authentication and scope, and that the client may use "
                   "the device grant there",
                   answer->said);
}

enum cs_err cs_openid_begin_device_grant(struct cs_openid *openid, const struct cs_call *call,
                                         const struct cs_challenge_request *request,
                                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    enum cs_err result = cs_shared_begin(openid->metadata, &http, &use, error);

    /* What is asked for is shown here, and sent to nobody. */
    ret_challenge->unsent = true;
    if (result != CS_OK)
        return result;
    cs_form_add(&form, "scope", openid->settings->scope);
    cs_form_add(&form, "acr_values", cs_openid_levels(openid->settings, cs_openid_login(call)));
    result = cs_openid_post(
        openid, call,
        &(struct cs_openid_request){
            .endpoint = ((const struct cs_openid_metadata *)cs_shared_value(&use))->device_endpoint,
            .client = &openid->device_client,
            .names_client = true,
            .form = &form,
            .what = what},
        &answer, error);
    if (result == CS_OK && answer.word != CS_OPENID_SUCCESS)
        result = refused(&answer, error);
    if (result == CS_OK)
        result = take_answer(&answer, request->seconds, ret_challenge, error);
    ret_challenge->unsent = result != CS_OK;
    return result;
}
