/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider's access token, shared by all logins (OAuth 2.0 client credentials, RFC 6749 section
 * 4.4). However many logins want it, only one request for it is under way.
 */
#ifndef CS_NET_BEARER_H
#define CS_NET_BEARER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "net/http.h"

enum {
    CS_BEARER_BYTES_MAX = 16 * 1024,
    CS_BEARER_MARGIN_MS = 2 * 60 * 1000, /* a token with less life left is replaced, ... */
    CS_BEARER_MARGIN_SHARE = 10,         /* ... or, if that is later, with less than a tenth */
    CS_BEARER_LIFE_UNKNOWN = 5 * 60,     /* seconds, if the answer does not say */
    CS_BEARER_LIFE_MAX = 24 * 60 * 60,   /* seconds; longer lives count as this */
};

struct cs_bearer_cache;

/* Borrowed; copied by cs_bearer_cache_new. */
struct cs_bearer_settings {
    const char *path; /* NULL: "/v1.0/endpoint/default/token" */
    const char *client_id;
    const struct cs_secret *client_secret;
};

/* `http` must outlive the cache. NULL if memory ran out. */
struct cs_bearer_cache *cs_bearer_cache_new(struct cs_http *http,
                                            const struct cs_bearer_settings *settings) CS_MUST_USE;

/* No call may be in progress. Accepts NULL and sets the pointer to NULL. */
void cs_bearer_cache_free(struct cs_bearer_cache **cache);

/*
 * Gets a token that lasts long enough for one login's calls; `ret_token` receives a copy. Waits for
 * another login's request if there is one; if that login is given up, a waiting one makes the
 * request. If the request fails, all logins waiting for it fail with the same error, at once.
 *
 * CS_ERR_CONFIG: client-id or client-secret is refused. CS_ERR_HANGUP: cancelled. Otherwise as
 * cs_http_perform; CS_ERR_UNAVAILABLE for an answer without a token.
 */
enum cs_err cs_bearer_get(struct cs_bearer_cache *cache, const struct cs_http_call *call,
                          struct cs_secret *ret_token, struct cs_error *error) CS_MUST_USE;

/* Forgets `token`, which the server refused, unless there is already a newer one. */
void cs_bearer_drop(struct cs_bearer_cache *cache, const struct cs_secret *token);

/* ---- token_answer.c ---- */

/* The form to send. */
enum cs_err cs_bearer_form(const char *client_id, const struct cs_secret *client_secret,
                           struct cs_secret *ret_form, struct cs_error *error) CS_MUST_USE;

/* Parses the answer; `ret_life` is in seconds, 1 to CS_BEARER_LIFE_MAX. The token must be visible
 * ASCII, because nothing else is allowed in a header. */
enum cs_err cs_bearer_read(long status, const char *text, size_t length,
                           struct cs_secret *ret_token, int64_t *ret_life,
                           struct cs_error *error) CS_MUST_USE;

#endif
