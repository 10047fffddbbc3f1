/* SPDX-License-Identifier: Apache-2.0 */
#include "net/bearer.h"

#include <stdlib.h>
#include <string.h>

#include "net/shared.h"

static const char default_path[] = "/v1.0/endpoint/default/token";

struct cs_bearer_cache {
    struct cs_http *http;
    char *path, *client_id;
    struct cs_secret client_secret;
    struct cs_shared *token; /* a struct cs_secret */
};

/* ---- the request ---- */

static void free_token(void *token)
{
    cs_secret_free(token);
    free(token);
}

/* A token is replaced a while before its end, so that it lasts for one login's calls. */
static int64_t useful_ms(int64_t life)
{
    int64_t life_ms = life * 1000;
    int64_t margin = life_ms / CS_BEARER_MARGIN_SHARE;

    return life_ms - (margin > CS_BEARER_MARGIN_MS ? CS_BEARER_MARGIN_MS : margin);
}

static enum cs_err fetch(void *context, const struct cs_http_call *call, void **ret_token,
                         int64_t *ret_life_ms, struct cs_error *error)
{
    const struct cs_bearer_cache *cache = context;
    struct cs_secret *token = calloc(1, sizeof *token);
    CS_AUTO(cs_secret_free) struct cs_secret form = {0};
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    /* A second token does no harm, so a retry is safe. */
    const struct cs_http_request request = {.method = "POST",
                                            .target = cache->path,
                                            .content_type = "application/x-www-form-urlencoded",
                                            .accept = "application/json",
                                            .body = &form,
                                            .idempotent = true,
                                            .what = "the token request"};
    int64_t life = 0;
    enum cs_err result = token != NULL ? CS_OK : cs_fail_nomem(error);

    if (result == CS_OK)
        result = cs_bearer_form(cache->client_id, &cache->client_secret, &form, error);
    if (result == CS_OK)
        result = cs_http_perform(cache->http, call, &request, &response, error);
    if (result == CS_OK)
        result = cs_bearer_read(response.status, response.body.data, response.body.length, token,
                                &life, error);
    if (result != CS_OK) {
        free(token);
        return result;
    }
    *ret_token = token;
    *ret_life_ms = useful_ms(life);
    return CS_OK;
}

/* ---- the cache ---- */

struct cs_bearer_cache *cs_bearer_cache_new(struct cs_http *http,
                                            const struct cs_bearer_settings *settings)
{
    struct cs_bearer_cache *cache = calloc(1, sizeof *cache);
    const struct cs_shared_settings token = {
        .fetch = fetch, .free_value = free_token, .context = cache, .what = "the token"};

    if (cache == NULL)
        return NULL;
    cache->http = http;
    cache->path = strdup(settings->path != NULL ? settings->path : default_path);
    cache->client_id = strdup(settings->client_id);
    cache->token = cs_shared_new(&token);
    if (cache->path == NULL || cache->client_id == NULL || cache->token == NULL ||
        cs_secret_set(&cache->client_secret, settings->client_secret->data,
                      settings->client_secret->length) != CS_OK)
        cs_bearer_cache_free(&cache);
    return cache;
}

void cs_bearer_cache_free(struct cs_bearer_cache **cache)
{
    if (*cache == NULL)
        return;
    cs_shared_free(&(*cache)->token);
    free((*cache)->path);
    free((*cache)->client_id);
    cs_secret_free(&(*cache)->client_secret);
    free(*cache);
    *cache = NULL;
}

enum cs_err cs_bearer_get(struct cs_bearer_cache *cache, const struct cs_http_call *call,
                          struct cs_secret *ret_token, struct cs_error *error)
{
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    enum cs_err result = cs_shared_begin(cache->token, call, &use, error);
    const struct cs_secret *token;

    if (result != CS_OK)
        return result;
    token = cs_shared_value(&use);
    return cs_secret_set(ret_token, token->data, token->length) == CS_OK ? CS_OK
                                                                         : cs_fail_nomem(error);
}

static bool is_same(const void *value, const void *refused)
{
    const struct cs_secret *token = value, *other = refused;

    return other->data != NULL && token->length == other->length &&
           cs_equal_ct(token->data, other->data, token->length);
}

void cs_bearer_drop(struct cs_bearer_cache *cache, const struct cs_secret *token)
{
    cs_shared_spoil_if(cache->token, is_same, token);
}
