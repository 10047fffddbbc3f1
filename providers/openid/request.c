/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to an OpenID provider. */
#include <stdlib.h>
#include <string.h>

#include "providers/openid/form.h"
#include "providers/openid/jwks.h"
#include "providers/openid/openid.h"

enum { DOCUMENT_LIFE_MS = 60 * 60 * 1000 }; /* for which metadata and keys are used */

const struct cs_openid_settings *cs_openid_login(const struct cs_call *call)
{
    return call->settings;
}

/* ---- forms ---- */

enum cs_err cs_openid_post(struct cs_openid *openid, const struct cs_call *call,
                           const struct cs_openid_request *request,
                           struct cs_openid_answer *ret_answer, struct cs_error *error)
{
    const struct cs_http_call http_call = {call->deadline, call->cancel_fd, call->language};
    const char *audience = openid->settings->assertion_audience == CS_OPENID_AUDIENCE_ENDPOINT
                               ? request->endpoint
                               : openid->settings->issuer;
    CS_AUTO(cs_secret_free) struct cs_secret basic = {0};
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    enum cs_err result = cs_openid_client_prove(request->client, audience, request->names_client,
                                                request->form, &basic, error);
    const struct cs_secret body = {request->form->text, request->form->length};
    struct cs_http_request http = {
        .method = "POST",
        .content_type = CS_FORM_TYPE,
        .accept = "application/json",
        .basic = basic.data != NULL ? &basic : NULL,
        .body = &body,
        .once = true,
        .total_ms =
            request->total_ms > 0 ? request->total_ms : cs_openid_login(call)->token_timeout * 1000,
        .hold = cs_openid_client_repeats(request->client) ? request->hold : NULL,
        .sent = request->sent,
        .what = request->what};

    if (result == CS_OK && request->form->failed)
        result = cs_fail_nomem(error);
    if (result == CS_OK)
        result = cs_server_pool_perform(openid->servers, request->endpoint, &http_call, &http,
                                        &response, error);
    if (result == CS_OK)
        result = cs_openid_answer_read(request->what, &response, ret_answer, error);
    return result;
}

/* ---- documents ---- */

static enum cs_err get(struct cs_openid *openid, const struct cs_http_call *call, const char *url,
                       const struct cs_secret *token, const char *what, struct cs_secret *ret_body,
                       int64_t *ret_date, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_http_request request = {.method = "GET",
                                      .accept = "application/json",
                                      .bearer = token,
                                      .idempotent = true,
                                      .what = what};
    enum cs_err result =
        cs_server_pool_perform(openid->servers, url, call, &request, &response, error);
    struct cs_openid_answer answer = {0};

    if (result != CS_OK)
        return result;
    if (response.status == 404)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s is not there (status 404); check that issuer names an OpenID provider",
                       what);
    if (response.status != 200) {
        result = cs_openid_answer_read(what, &response, &answer, error);
        cs_openid_answer_clear(&answer);
        return result != CS_OK ? result
                               : cs_fail(error, CS_ERR_UNAVAILABLE, "%s failed (status %ld)", what,
                                         response.status);
    }
    *ret_body = response.body;
    response.body = (struct cs_secret){0};
    if (ret_date != NULL)
        *ret_date = response.date;
    return CS_OK;
}

enum cs_err cs_openid_get(struct cs_openid *openid, const struct cs_http_call *call,
                          const char *url, const struct cs_secret *token, const char *what,
                          struct cs_secret *ret_body, struct cs_error *error)
{
    return get(openid, call, url, token, what, ret_body, NULL, error);
}

enum cs_err cs_openid_get_metadata(struct cs_openid *openid, const struct cs_http_call *call,
                                   struct cs_secret *ret_text, int64_t *ret_date,
                                   struct cs_error *error)
{
    static const char path[] = "/.well-known/openid-configuration";
    const char *issuer = openid->settings->issuer;
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};
    size_t length = strlen(issuer);

    /* Discovery section 4: a slash at the issuer's end is not repeated. */
    cs_buffer_add(&url, issuer, issuer[length - 1] == '/' ? length - 1 : length);
    cs_buffer_text(&url, path);
    if (url.failed)
        return cs_fail_nomem(error);
    return get(openid, call, url.text, NULL, "the provider's metadata", ret_text, ret_date, error);
}

void cs_openid_free_metadata(void *metadata)
{
    cs_openid_metadata_clear(metadata);
    free(metadata);
}

enum cs_err cs_openid_fetch_metadata(void *context, const struct cs_http_call *call,
                                     void **ret_value, int64_t *ret_life_ms, struct cs_error *error)
{
    struct cs_openid *openid = context;
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    struct cs_openid_metadata *metadata = calloc(1, sizeof *metadata);
    enum cs_err result = metadata != NULL ? cs_openid_get_metadata(openid, call, &body, NULL, error)
                                          : cs_fail_nomem(error);

    if (result == CS_OK)
        result = cs_openid_metadata_read(body.data, body.length, openid->settings->issuer,
                                         cs_openid_uses(openid->settings, CS_OPENID_MUTUAL_TLS),
                                         metadata, error);
    if (result != CS_OK) {
        free(metadata);
        return result;
    }
    *ret_value = metadata;
    *ret_life_ms = DOCUMENT_LIFE_MS;
    return CS_OK;
}

void cs_openid_free_keys(void *keys)
{
    struct cs_jwks *jwks = keys;

    cs_jwks_free(&jwks);
}

enum cs_err cs_openid_fetch_keys(void *context, const struct cs_http_call *call, void **ret_value,
                                 int64_t *ret_life_ms, struct cs_error *error)
{
    struct cs_openid *openid = context;
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    const struct cs_openid_metadata *metadata;
    struct cs_jwks *keys = NULL;
    enum cs_err result = cs_shared_begin(openid->metadata, call, &use, error);

    if (result != CS_OK)
        return result;
    metadata = cs_shared_value(&use);
    result =
        cs_openid_get(openid, call, metadata->jwks_uri, NULL, "the provider's keys", &body, error);
    if (result == CS_OK)
        result = cs_jwks_read(body.data, body.length, &keys, error);
    if (result != CS_OK)
        return result;
    *ret_value = keys;
    *ret_life_ms = DOCUMENT_LIFE_MS;
    return CS_OK;
}
