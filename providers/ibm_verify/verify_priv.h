/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this provider. */
#ifndef CS_PROVIDERS_IBM_VERIFY_VERIFY_PRIV_H
#define CS_PROVIDERS_IBM_VERIFY_VERIFY_PRIV_H

#include "net/bearer.h"
#include "net/http.h"
#include "providers/ibm_verify/answer.h"
#include "providers/provider.h"
#include "json/json.h"
#include "json/write.h"

struct cs_verify {
    struct cs_provider provider;
    const struct cs_log *log;
    struct cs_secret access_token; /* used as it is if there are no `tokens` */
    struct cs_trace *trace;
    struct cs_http *http;
    struct cs_bearer_cache *tokens; /* NULL: the settings have an access token */
};

/* ---- request.c ---- */

struct cs_verify_request {
    const char *method;
    const char *target; /* path and query, percent-encoded */
    bool scim;          /* SCIM's media type instead of plain JSON's */
    bool idempotent;
    const struct cs_secret *body; /* JSON, or NULL */
    struct cs_hold *hold;         /* see struct cs_http_request; or NULL */
    const char *what;             /* for messages: "the user look-up" */
    const char *entitlement;      /* the entitlement of the API client that it needs */
};

struct cs_verify_reply {
    long status; /* 2xx, 400 or 404 */
    struct cs_secret body;
    struct cs_verify_refusal refusal; /* for 400 and 404 */
};

void cs_verify_reply_clear(struct cs_verify_reply *reply);

/* Makes one call with the token, and a second one with a new token if the first is refused. A
 * status that no caller could make sense of is an error. CS_ERR_UNREACHABLE: a gateway answers for
 * the tenant (502, 503, 504, 529). CS_ERR_UNAVAILABLE: any other status but 2xx, 400 and 404.
 * Otherwise as cs_http_perform and cs_bearer_get. */
enum cs_err cs_verify_call(struct cs_verify *verify, const struct cs_call *call,
                           const struct cs_verify_request *request,
                           struct cs_verify_reply *ret_reply, struct cs_error *error) CS_MUST_USE;

/* CS_OK for 2xx; CS_ERR_UNAVAILABLE for a refusal that the caller has no message for. */
enum cs_err cs_verify_expect_success(const struct cs_verify_request *request,
                                     const struct cs_verify_reply *reply,
                                     struct cs_error *error) CS_MUST_USE;

/* Whether a check was passed. A status of success without the answer of a passed check is
 * CS_ERR_UNAVAILABLE: nobody gets in by an answer that was not understood. */
enum cs_err cs_verify_is_passed(const struct cs_verify_request *request,
                                const struct cs_verify_reply *reply, bool *ret_passed,
                                struct cs_error *error) CS_MUST_USE;

/* Whether typed bytes are UTF-8: JSON cannot carry others. */
bool cs_verify_is_utf8(const struct cs_secret *text);

/* ---- users.c ---- */

enum cs_err cs_verify_find_user(struct cs_provider *provider, const struct cs_call *call,
                                const char *identity, struct cs_provider_user *ret_user,
                                struct cs_error *error);

/* The whole record of the user that was found. */
enum cs_err cs_verify_fetch_user(struct cs_verify *verify, const struct cs_call *call,
                                 const char *id, struct cs_json **ret_document,
                                 struct cs_error *error) CS_MUST_USE;

/* The value of id_link_attr from the whole record; "" if there is none. */
enum cs_err cs_verify_fetch_name(struct cs_verify *verify, const struct cs_call *call,
                                 const char *id, char ret_name[CS_PROVIDER_NAME_SIZE],
                                 struct cs_error *error) CS_MUST_USE;

/* ---- factors.c ---- */

enum cs_err cs_verify_list_factors(struct cs_provider *provider, const struct cs_call *call,
                                   const struct cs_provider_user *user,
                                   const struct cs_listing *listing,
                                   struct cs_listed_factors *ret_factors, struct cs_error *error);

/* ---- password.c, otp.c: what judge() does by kind ---- */

enum cs_err cs_verify_check_password(struct cs_verify *verify, const struct cs_call *call,
                                     const struct cs_attempt *attempt, struct cs_outcome *outcome,
                                     struct cs_error *error) CS_MUST_USE;
enum cs_err cs_verify_check_totp(struct cs_verify *verify, const struct cs_call *call,
                                 const struct cs_attempt *attempt, struct cs_outcome *outcome,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_verify_check_code(struct cs_verify *verify, const struct cs_call *call,
                                 const struct cs_attempt *attempt, struct cs_outcome *outcome,
                                 struct cs_error *error) CS_MUST_USE;

/* Whether it could be a code from a tenant: letters and digits. */
bool cs_verify_is_code(const struct cs_secret *answer);

/* ---- otp.c, push.c: what begin() does by kind ---- */

enum cs_err cs_verify_send_code(struct cs_verify *verify, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listed_factor *factor,
                                struct cs_challenge *ret_challenge,
                                struct cs_error *error) CS_MUST_USE;
enum cs_err cs_verify_send_question(struct cs_verify *verify, const struct cs_call *call,
                                    const struct cs_provider_user *user,
                                    const struct cs_listed_factor *factor,
                                    const struct cs_challenge_request *request,
                                    struct cs_challenge *ret_challenge,
                                    struct cs_error *error) CS_MUST_USE;
enum cs_err cs_verify_poll(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user,
                           const struct cs_listed_factor *factor, struct cs_challenge *challenge,
                           struct cs_approval_state *ret_state, struct cs_error *error);

#endif
