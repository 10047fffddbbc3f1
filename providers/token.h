/*
 * The access token of a provider, shared by all logins (OAuth 2.0 client credentials, RFC 6749
 * section 4.4). However many logins want one, one request for it is under way.
 */
#ifndef CS_PROVIDERS_TOKEN_H
#define CS_PROVIDERS_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "providers/http.h"

enum {
    CS_TOKEN_BYTES_MAX = 16 * 1024,
    CS_TOKEN_MARGIN_MS = 2 * 60 * 1000, /* a token with less life left is replaced ... */
    CS_TOKEN_MARGIN_SHARE = 10,         /* ... or, if that is later, with less than a tenth */
    CS_TOKEN_LIFE_UNKNOWN = 5 * 60,     /* seconds, where the answer does not say */
    CS_TOKEN_LIFE_MAX = 24 * 60 * 60,   /* seconds; longer lives count as this */
};

struct cs_token_cache;

/* Borrowed; copied by cs_token_cache_new. */
struct cs_token_settings {
    const char *path; /* NULL: "/v1.0/endpoint/default/token" */
    const char *client_id;
    const struct cs_secret *client_secret;
};

/* `http` outlives the cache. NULL when memory ran out. */
struct cs_token_cache *cs_token_cache_new(struct cs_http *http,
                                          const struct cs_token_settings *settings) CS_MUST_USE;

/* No call may be under way. Accepts NULL and sets the pointer to NULL. */
void cs_token_cache_free(struct cs_token_cache **cache);

/*
 * A token that lives long enough for the calls of a login; `ret_token` holds a copy. Waits for a
 * request of another login; when that login is given up, one that waits makes the request. Where
 * the request fails, all who waited for it fail alike, at once.
 *
 * CS_ERR_CONFIG: client-id or client-secret is refused. CS_ERR_HANGUP: cancelled. Otherwise as
 * cs_http_perform; CS_ERR_UNAVAILABLE for an answer without a token.
 */
enum cs_err cs_token_get(struct cs_token_cache *cache, const struct cs_http_call *call,
                         struct cs_secret *ret_token, struct cs_error *error) CS_MUST_USE;

/* The server refused `token`: forgets it, unless there is a newer one already. */
void cs_token_drop(struct cs_token_cache *cache, const struct cs_secret *token);

/* ---- token_answer.c ---- */

/* The form to send. */
enum cs_err cs_token_form(const char *client_id, const struct cs_secret *client_secret,
                          struct cs_secret *ret_form, struct cs_error *error) CS_MUST_USE;

/* What the answer says; `ret_life` is in seconds, 1 to CS_TOKEN_LIFE_MAX. A token is visible ASCII:
 * nothing else may stand in a header. */
enum cs_err cs_token_read(long status, const char *text, size_t length, struct cs_secret *ret_token,
                          int64_t *ret_life, struct cs_error *error) CS_MUST_USE;

#endif
