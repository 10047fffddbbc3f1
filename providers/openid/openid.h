/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this provider. */
#ifndef CS_PROVIDERS_OPENID_OPENID_H
#define CS_PROVIDERS_OPENID_OPENID_H

#include "net/shared.h"
#include "providers/kind.h"
#include "providers/openid/answer.h"
#include "providers/openid/client.h"
#include "providers/openid/metadata.h"
#include "providers/openid/settings.h"
#include "providers/provider.h"
#include "providers/server/pool.h"

struct cs_openid {
    struct cs_provider provider;
    const struct cs_openid_settings *settings; /* what it was opened with */
    const struct cs_log *log;
    struct cs_trace *trace;
    struct cs_server_pool *servers;
    struct cs_shared *metadata; /* a struct cs_openid_metadata */
    struct cs_shared *keys;     /* a struct cs_jwks */
    struct cs_private_key *key; /* NULL: nothing is signed */
    struct cs_openid_client client, device_client;
    unsigned algorithms; /* that count, as configured */
};

extern const struct cs_provider_kind cs_openid_kind;

/* This login's settings. */
const struct cs_openid_settings *cs_openid_login(const struct cs_call *call);

/* ---- request.c ---- */

/* A form to one of the provider's endpoints. */
struct cs_openid_request {
    const char *endpoint; /* its URL */
    const struct cs_openid_client *client;
    bool names_client;      /* its id is in the form, whatever proves it */
    struct cs_buffer *form; /* without the client; the proof is added */
    unsigned total_ms;      /* 0: what the login's settings allow for a request */
    struct cs_hold *hold;   /* see struct cs_http_request; or NULL */
    bool *sent;             /* the same */
    const char *what;       /* for errors */
};

/* Sends a form, once. Errors are those of cs_http_perform and cs_openid_answer_read. */
enum cs_err cs_openid_post(struct cs_openid *openid, const struct cs_call *call,
                           const struct cs_openid_request *request,
                           struct cs_openid_answer *ret_answer, struct cs_error *error) CS_MUST_USE;

/* Gets a document; `token`: an access token, or NULL. CS_ERR_UNREACHABLE: a gateway answers for the
 * provider. CS_ERR_CONFIG: there is no such document (404). CS_ERR_UNAVAILABLE: any other status.
 */
enum cs_err cs_openid_get(struct cs_openid *openid, const struct cs_http_call *call,
                          const char *url, const struct cs_secret *token, const char *what,
                          struct cs_secret *ret_body, struct cs_error *error) CS_MUST_USE;

/* Gets the text of the metadata; `ret_date` (or NULL) is the server's time, see net/http.h. */
enum cs_err cs_openid_get_metadata(struct cs_openid *openid, const struct cs_http_call *call,
                                   struct cs_secret *ret_text, int64_t *ret_date,
                                   struct cs_error *error) CS_MUST_USE;

/* What metadata and keys are fetched by (net/shared.h); `context` is the struct cs_openid. */
enum cs_err cs_openid_fetch_metadata(void *context, const struct cs_http_call *call,
                                     void **ret_value, int64_t *ret_life_ms,
                                     struct cs_error *error) CS_MUST_USE;
enum cs_err cs_openid_fetch_keys(void *context, const struct cs_http_call *call, void **ret_value,
                                 int64_t *ret_life_ms, struct cs_error *error) CS_MUST_USE;

/* Releases metadata and keys. */
void cs_openid_free_metadata(void *metadata);
void cs_openid_free_keys(void *keys);

/* ---- ciba.c, device_grant.c: what begin() does by kind ---- */

enum cs_err cs_openid_begin_ciba(struct cs_openid *openid, const struct cs_call *call,
                                 const struct cs_provider_user *user,
                                 const struct cs_challenge_request *request,
                                 struct cs_challenge *ret_challenge,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_openid_begin_device_grant(struct cs_openid *openid, const struct cs_call *call,
                                         const struct cs_challenge_request *request,
                                         struct cs_challenge *ret_challenge,
                                         struct cs_error *error) CS_MUST_USE;

/* ---- grant.c: waiting for either ---- */

enum cs_openid_flow { CS_OPENID_CIBA, CS_OPENID_DEVICE_GRANT };

/*
 * Makes the challenge wait for the grant with that handle (auth_req_id or device_code), from an
 * answer with expires_in and interval. `seconds`: the time that was asked for.
 */
enum cs_err cs_openid_grant_start(enum cs_openid_flow flow, const char *handle,
                                  const struct cs_openid_answer *answer, unsigned seconds,
                                  struct cs_challenge *challenge,
                                  struct cs_error *error) CS_MUST_USE;

/* Makes a challenge that is over at the first poll, for that reason: from outside it looks like one
 * that was denied. */
enum cs_err cs_openid_grant_refuse(enum cs_reason reason, struct cs_challenge *challenge,
                                   struct cs_error *error) CS_MUST_USE;

enum cs_err cs_openid_poll(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user,
                           const struct cs_listed_factor *factor, struct cs_challenge *challenge,
                           struct cs_approval_state *ret_state, struct cs_error *error);

/* ---- judgement.c: what an approval proves ---- */

/* Who, when, how strongly: judges the tokens of an answer. `begun`: seconds of the wall clock. An
 * error means that keys or userinfo could not be had, and that it may be tried again. */
enum cs_err cs_openid_judge_tokens(struct cs_openid *openid, const struct cs_call *call,
                                   const struct cs_openid_client *client, const char *identity,
                                   int64_t begun, const struct cs_openid_answer *tokens,
                                   struct cs_approval_state *ret_state,
                                   struct cs_error *error) CS_MUST_USE;

#endif
