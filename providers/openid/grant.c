/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting until a grant can be redeemed: polls of the token endpoint, by the rules of CIBA Core
 * section 11 and RFC 8628 section 3.5. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "providers/openid/form.h"
#include "providers/openid/openid.h"
#include "providers/server/word.h"

enum {
    INTERVAL = 5, /* seconds, if the server does not say */
    INTERVAL_MAX = 600,
    SLOW_DOWN_MS = 5000,
    LIFE_MAX = 24 * 3600,  /* seconds */
    POLL_LIMIT_MS = 40000, /* a server may hold a poll for about 30 s */
    BACK_OFF_MAX = 3,      /* times that the interval doubles while the server is away */
    ID_LENGTH = 8,
};

struct grant {
    enum cs_openid_flow flow;
    struct cs_secret handle;
    int64_t interval_ms;
    int64_t begun;                  /* seconds of the wall clock */
    int64_t expires;                /* cs_clock_ms */
    struct cs_openid_answer tokens; /* with a document: an approval that is not judged yet */
    bool lost;                      /* a poll was sent whose answer never came */
    unsigned outages;               /* polls in a row without an answer */
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
    unsigned interval = cs_openid_answer_seconds(answer, "interval", INTERVAL, INTERVAL_MAX);
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
    grant->interval_ms = (int64_t)(interval > 0 ? interval : 1) * 1000;
    challenge->expires = grant->expires;
    challenge->poll_ms = (unsigned)grant->interval_ms;
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
            .sent = &sent,
            .what = "the question whether it was approved"},
        ret_answer, error);
    grant->lost = grant->lost || (result != CS_OK && sent);
    return result;
}

/* When to ask next, counted from the start of the poll: RFC 8628 section 3.5 lets the interval grow
 * for good, and Retry-After and a server that is away only once. */
static void set_pace(struct grant *grant, const struct cs_openid_answer *answer, bool answered,
                     int64_t started, struct cs_challenge *challenge)
{
    int64_t elapsed = cs_clock_ms() - started, pause;

    if (answered && answer->word == CS_OPENID_SLOW_DOWN) {
        grant->interval_ms += SLOW_DOWN_MS;
        if (grant->interval_ms < answer->interval_ms)
            grant->interval_ms = answer->interval_ms;
    }
    grant->outages = answered ? 0 : grant->outages + 1;
    pause = grant->interval_ms << (grant->outages < BACK_OFF_MAX ? grant->outages : BACK_OFF_MAX);
    if (answered && answer->word == CS_OPENID_SLOW_DOWN)
        pause += elapsed; /* a server may count from its answer */
    if (answered && pause < answer->retry_after_ms + elapsed)
        pause = answer->retry_after_ms > 0 ? answer->retry_after_ms + elapsed : pause;
    challenge->poll_ms = (unsigned)(pause < INT32_MAX ? pause : INT32_MAX);
}

/* The server knows the grant no longer. That is no refusal if it may have given the tokens in an
 * answer that was lost: they are given once. */
static struct cs_approval_state gone(const struct cs_openid *openid, const struct grant *grant,
                                     const struct cs_openid_answer *answer)
{
    bool late = cs_clock_ms() >= grant->expires || answer->word == CS_OPENID_EXPIRED;

    if (grant->lost && answer->word != CS_OPENID_EXPIRED) {
        cs_log(openid->log, LOG_WARNING,
               "an answer of the provider was lost, and now the request is used up (%s); the user "
               "has to log in again",
               answer->said);
        return (struct cs_approval_state){CS_APPROVAL_IMPOSSIBLE, CS_REASON_ANSWER_LOST};
    }
    if (answer->word == CS_OPENID_DENIED)
        return (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_DENIED};
    if (late)
        return (struct cs_approval_state){CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED};
    cs_log(openid->log, LOG_WARNING, "the request for an approval was refused later (%s)",
           answer->said);
    return (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_REQUEST_REFUSED};
}

static enum cs_err interpret(struct cs_openid *openid, struct grant *grant,
                             struct cs_openid_answer *answer, struct cs_approval_state *ret_state,
                             struct cs_error *error)
{
    static const struct cs_approval_state pending = {CS_APPROVAL_PENDING, CS_REASON_PENDING},
                                          expired = {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
                                          broken = {CS_APPROVAL_IMPOSSIBLE,
                                                    CS_REASON_MISCONFIGURED};

    switch (answer->word) {
    case CS_OPENID_SUCCESS:
        grant->tokens = *answer;
        *answer = (struct cs_openid_answer){0};
        return CS_OK;
    case CS_OPENID_PENDING:
    case CS_OPENID_SLOW_DOWN:
        /* Some servers never say that it has expired. */
        *ret_state = cs_clock_ms() < grant->expires ? pending : expired;
        return CS_OK;
    case CS_OPENID_DENIED:
    case CS_OPENID_EXPIRED:
    case CS_OPENID_USED:
        *ret_state = gone(openid, grant, answer);
        return CS_OK;
    case CS_OPENID_BAD_CLIENT:
    case CS_OPENID_REFUSED:
        cs_log(openid->log, LOG_ERR, "the provider no longer takes this machine's client (%s)",
               answer->said);
        *ret_state = broken;
        return CS_OK;
    default:
        return cs_fail(error, CS_ERR_UNREACHABLE, "the provider cannot say now (%s)", answer->said);
    }
}

static enum cs_err poll_server(struct cs_openid *openid, const struct cs_call *call,
                               struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                               struct cs_error *error)
{
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    struct grant *grant = challenge->state;
    int64_t started = cs_clock_ms();
    enum cs_err result = ask(openid, call, grant, &answer, error);

    set_pace(grant, &answer, result == CS_OK, started, challenge);
    if (result == CS_OK)
        result = interpret(openid, grant, &answer, ret_state, error);
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
