/* SPDX-License-Identifier: Apache-2.0 */
/* What an approval proves: the ID token, and userinfo where the claim is not in it. */
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "providers/openid/id_token.h"
#include "providers/openid/openid.h"

enum { TOKEN_BYTES_MAX = 65536 };

static bool is_subject(const char *claim)
{
    return strcmp(claim, "sub") == 0;
}

static void log_refusal(const struct cs_openid *openid, const struct cs_id_token_result *judged)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer detail = {0};

    cs_sanitise(&detail, judged->detail, strlen(judged->detail));
    cs_log(openid->log, LOG_ALERT, "an approval does not count: %s: %s",
           cs_reason_name(judged->reason), detail.text ? detail.text : "");
}

/* With newer keys if it is signed with one that is not known; once. */
static enum cs_err check(struct cs_openid *openid, const struct cs_http_call *http,
                         const char *token, const struct cs_id_token_wanted *wanted,
                         struct cs_id_token_result *judged, struct cs_error *error)
{
    for (bool again = false;; again = true) {
        CS_AUTO(cs_shared_end) struct cs_shared_use keys = {0};
        enum cs_err result = cs_shared_begin(openid->keys, http, &keys, error);

        if (result == CS_OK)
            result = cs_id_token_check(cs_shared_value(&keys), token, strlen(token), wanted, judged,
                                       error);
        if (result != CS_OK || judged->state != CS_ID_TOKEN_KEY_UNKNOWN || again)
            return result;
        cs_shared_spoil(&keys);
    }
}

/* OpenID Connect Core section 5.3. */
static enum cs_err ask_userinfo(struct cs_openid *openid, const struct cs_http_call *http,
                                const char *url, const struct cs_openid_answer *tokens,
                                const char *identity, struct cs_id_token_result *judged,
                                struct cs_error *error)
{
    const char *text = cs_openid_answer_text(tokens, "access_token", TOKEN_BYTES_MAX);
    CS_AUTO(cs_secret_free) struct cs_secret token = {0};
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    struct cs_id_token_result found = {0};
    enum cs_err result;

    if (text == NULL) {
        judged->state = CS_ID_TOKEN_REFUSED;
        judged->reason = CS_REASON_CLAIM_MISSING;
        return CS_OK;
    }
    if (cs_secret_set(&token, text, strlen(text)) != CS_OK)
        return cs_fail_nomem(error);
    result = cs_openid_get(openid, http, url, &token, "userinfo", &body, error);
    if (result == CS_OK)
        result = cs_id_token_userinfo_check(body.data, body.length, judged->subject,
                                            openid->settings->claim, identity, &found, error);
    if (result == CS_OK)
        *judged = found;
    return result;
}

enum cs_err cs_openid_judge_tokens(struct cs_openid *openid, const struct cs_call *call,
                                   const struct cs_openid_client *client, const char *identity,
                                   int64_t begun, const struct cs_openid_answer *tokens,
                                   struct cs_approval_state *ret_state, struct cs_error *error)
{
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    const char *token = cs_openid_answer_text(tokens, "id_token", TOKEN_BYTES_MAX);
    const char *levels = cs_openid_levels(openid->settings, cs_openid_login(call));
    struct cs_id_token_result judged = {.reason = CS_REASON_TOKEN_REFUSED,
                                        .detail = "there is no ID token in the answer"};
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    const struct cs_openid_metadata *metadata;
    enum cs_err result = cs_shared_begin(openid->metadata, &http, &use, error);
    struct cs_id_token_wanted wanted;

    if (result != CS_OK)
        return result;
    metadata = cs_shared_value(&use);
    wanted = (struct cs_id_token_wanted){
        .issuer = openid->settings->issuer,
        .client_id = client->id,
        .algorithms = openid->algorithms,
        .claim = is_subject(openid->settings->claim) ? NULL : openid->settings->claim,
        .identity = identity,
        .claim_elsewhere_ok = metadata->userinfo_endpoint != NULL,
        .levels = levels,
        .now = cs_clock_seconds(),
        .not_before_auth = levels != NULL ? begun : 0,
        .skew = CS_ID_TOKEN_SKEW};
    if (token != NULL)
        result = check(openid, &http, token, &wanted, &judged, error);
    if (result == CS_OK && judged.state == CS_ID_TOKEN_CLAIM_ELSEWHERE)
        result = ask_userinfo(openid, &http, metadata->userinfo_endpoint, tokens, identity, &judged,
                              error);
    if (result != CS_OK)
        return result;
    if (judged.state == CS_ID_TOKEN_GOOD) {
        *ret_state = (struct cs_approval_state){CS_APPROVAL_GIVEN, CS_REASON_APPROVED};
        return CS_OK;
    }
    log_refusal(openid, &judged);
    *ret_state = (struct cs_approval_state){CS_APPROVAL_DENIED, judged.reason};
    return CS_OK;
}
