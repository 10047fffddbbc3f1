/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting until a grant can be redeemed: polls of the token endpoint. pace.h says how often, and
 * progress.h what their answers mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "providers/openid/form.h"
#include "providers/openid/openid.h"
#include "providers/openid/pace.h"
#include "providers/openid/progress.h"
#include "providers/server/word.h"

enum {
    INTERVAL_MS = 5000, /* if the server does not say */
    INTERVAL_MS_MIN = 1000,
    LIFE_MAX = 24 * 3600,  /* seconds */
    POLL_LIMIT_MS = 40000, /* a server may hold a poll for about 30 s */
    ID_LENGTH = 8,
};

struct grant {
    enum cs_openid_flow flow;
    struct cs_secret handle;
    struct cs_openid_pace pace;
    int64_t begun;                  /* seconds of the wall clock */
    int64_t expires;                /* cs_clock_ms */
    struct cs_openid_answer tokens; /* with a document: an approval that is not judged yet */
    bool lost;                      /* a poll was sent whose answer never came */
};

static void free_grant(void *state)
{
    struct grant *grant = state;

    cs_secret_free(&grant->handle);
    cs_openid_answer_clear(&grant->tokens);
    free(grant);
}

/* ---- the beginning ---- */

static enum cs_err make(struct cs_challenge *challenge, struct grant **ret_grant,
                        struct cs_error *error)
{
    struct grant *grant = calloc(1, sizeof *grant);

    if (grant == NULL)
        return cs_fail_nomem(error);
    challenge->state = grant;
    challenge->free_state = free_grant;
    *ret_grant = grant;
    return cs_make_word(ID_LENGTH, challenge->id, error); /* the handle is a secret */
}

enum cs_err cs_openid_grant_start(enum cs_openid_flow flow, const char *handle,
                                  const struct cs_openid_answer *answer, unsigned seconds,
                                  struct cs_challenge *challenge, struct cs_error *error)
{
    unsigned life = cs_openid_answer_seconds(answer, "expires_in", 0, LIFE_MAX);
    int64_t interval = cs_openid_answer_interval(answer, INTERVAL_MS);
    struct grant *grant = NULL;
    enum cs_err result;

    if (life == 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "the provider's answer has no sensible "
                       "expires_in");
    result = make(challenge, &grant, error);
    if (result == CS_OK && cs_secret_set(&grant->handle, handle, strlen(handle)) != CS_OK)
        result = cs_fail_nomem(error);
    if (result != CS_OK)
        return result;
    grant->flow = flow;
    grant->begun = cs_clock_seconds();
    /* Some servers acknowledge a longer life than the request has. */
    grant->expires = cs_clock_ms() + (int64_t)(life < seconds ? life : seconds) * 1000;
    /* 0 is no throttling, for those who say so. */
    grant->pace.interval_ms = interval > INTERVAL_MS_MIN ? interval : INTERVAL_MS_MIN;
    challenge->expires = grant->expires;
    challenge->poll_ms = (unsigned)grant->pace.interval_ms;
    challenge->poll_limit_ms = POLL_LIMIT_MS;
    return CS_OK;
}

enum cs_err cs_openid_grant_refuse(enum cs_reason reason, struct cs_challenge *challenge,
                                   struct cs_error *error)
{
    challenge->over = reason;
    return cs_make_word(ID_LENGTH, challenge->id, error);
}

/* ---- one poll ---- */

static enum cs_err ask(struct cs_openid *openid, const struct cs_call *call, struct grant *grant,
                       struct cs_openid_answer *ret_answer, struct cs_error *error)
{
    static const struct {
        const char *grant_type, *handle;
    } flows[] = {
        [CS_OPENID_CIBA] = {"urn:openid:params:grant-type:ciba", "auth_req_id"},
        [CS_OPENID_DEVICE_GRANT] = {"urn:ietf:params:oauth:grant-type:device_code", "device_code"},
    };
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    bool device = grant->flow == CS_OPENID_DEVICE_GRANT;
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    bool sent = false;
    enum cs_err result = cs_shared_begin(openid->metadata, &http, &use, error);

    if (result != CS_OK)
        return result;
    cs_form_add(&form, "grant_type", flows[grant->flow].grant_type);
    cs_form_add(&form, flows[grant->flow].handle, grant->handle.data);
    result = cs_openid_post(
        openid, call,
        &(struct cs_openid_request){
            .endpoint = ((const struct cs_openid_metadata *)cs_shared_value(&use))->token_endpoint,
            .client = device ? &openid->device_client : &openid->client,
            .names_client = device,
            .form = &form,
            .total_ms = POLL_LIMIT_MS,
            .hold = call->hold,
            .sent = &sent,
            .what = "the question whether it was approved"},
        ret_answer, error);
    grant->lost = grant->lost || (result != CS_OK && sent);
    return result;
}

static enum cs_err poll_server(struct cs_openid *openid, const struct cs_call *call,
                               struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                               struct cs_error *error)
{
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    struct grant *grant = challenge->state;
    int64_t started = cs_clock_ms();
    enum cs_err result = ask(openid, call, grant, &answer, error);

    if (call->hold != NULL && call->hold->asked > started)
        started = call->hold->asked;
    challenge->poll_ms =
        cs_openid_pace_next(&grant->pace, &answer, result == CS_OK, cs_clock_ms() - started);
    if (result != CS_OK)
        return result;
    if (answer.word == CS_OPENID_SUCCESS) {
        grant->tokens = answer;
        answer = (struct cs_openid_answer){0};
        return CS_OK;
    }
    result = cs_openid_progress(openid->log, &answer, cs_clock_ms() >= grant->expires, grant->lost,
                                ret_state, error);
    if (result == CS_OK && ret_state->approval == CS_APPROVAL_PENDING)
        grant->lost = false; /* what was lost before it was no approval */
    return result;
}

enum cs_err cs_openid_poll(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user,
                           const struct cs_listed_factor *factor, struct cs_challenge *challenge,
                           struct cs_approval_state *ret_state, struct cs_error *error)
{
    struct cs_openid *openid = (struct cs_openid *)provider;
    struct grant *grant = challenge->state;
    enum cs_err result = CS_OK;

    (void)factor;
    *ret_state = (struct cs_approval_state){CS_APPROVAL_PENDING, CS_REASON_PENDING};
    if (grant->tokens.document == NULL)
        result = poll_server(openid, call, challenge, ret_state, error);
    if (result == CS_OK && grant->tokens.document != NULL)
        result = cs_openid_judge_tokens(
            openid, call,
            grant->flow == CS_OPENID_DEVICE_GRANT ? &openid->device_client : &openid->client,
            user->name, grant->begun, &grant->tokens, ret_state, error);
    return result;
}
