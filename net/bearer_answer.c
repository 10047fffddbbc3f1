/* SPDX-License-Identifier: Apache-2.0 */
/* The token request's form and its answer, RFC 6749 sections 4.4.2, 5.1 and 5.2. */
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/sanitise.h"
#include "net/bearer.h"
#include "net/retry.h"
#include "json/json.h"

/* ---- the form ---- */

enum cs_err cs_bearer_form(const char *client_id, const struct cs_secret *client_secret,
                           struct cs_secret *ret_form, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};

    cs_buffer_text(&form, "grant_type=client_credentials&client_id=");
    cs_percent_encode(&form, client_id, strlen(client_id), "");
    cs_buffer_text(&form, "&client_secret=");
    cs_percent_encode(&form, client_secret->data, client_secret->length, "");
    if (form.failed || cs_secret_set(ret_form, form.text, form.length) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}

/* ---- the answer ---- */

static const char what[] = "the token's answer";

/* The server's word for a refusal, sanitised; "" if there is none, or no document. */
static void read_refusal(const struct cs_json *document, struct cs_buffer *ret_word)
{
    const struct cs_json_value *root = document != NULL ? cs_json_root(document) : NULL;
    const struct cs_json_value *value = cs_json_get(root, "error");
    size_t length = 0;
    const char *text = cs_json_string(value, &length);

    cs_buffer_text(ret_word, "");
    if (text != NULL)
        cs_sanitise(ret_word, text, length < 40 ? length : 40);
}

static enum cs_err refused(long status, const struct cs_json *document, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer word = {0};

    read_refusal(document, &word);
    if (word.failed)
        return cs_fail_nomem(error);
    if (status == 401 || (status == 400 && (strcmp(word.text, "invalid_client") == 0 ||
                                            strcmp(word.text, "unauthorized_client") == 0)))
        return cs_fail(error, CS_ERR_CONFIG,
                       "the server refuses this client (status %ld%s%s); check client-id and "
                       "client-secret, and that the client is enabled there",
                       status, word.length > 0 ? ", " : "", word.text);
    return cs_fail(error,
                   cs_status_is_unreachable(status) ? CS_ERR_UNREACHABLE : CS_ERR_UNAVAILABLE,
                   "the server gave no token (status %ld%s%s); check host and the client there",
                   status, word.length > 0 ? ", " : "", word.text);
}

static bool is_token(const char *text, size_t length)
{
    if (text == NULL || length == 0 || length > CS_BEARER_BYTES_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return true;
}

static bool read_life(const struct cs_json_value *value, int64_t *ret_life)
{
    if (cs_json_type(value) == CS_JSON_NONE) {
        *ret_life = CS_BEARER_LIFE_UNKNOWN;
        return true;
    }
    if (!cs_json_integer(value, ret_life) || *ret_life <= 0)
        return false;
    if (*ret_life > CS_BEARER_LIFE_MAX)
        *ret_life = CS_BEARER_LIFE_MAX;
    return true;
}

static enum cs_err read_token(const struct cs_json *document, struct cs_secret *ret_token,
                              int64_t *ret_life, struct cs_error *error)
{
    const struct cs_json_value *root = cs_json_root(document);
    const char *kind = cs_json_string(cs_json_get(root, "token_type"), NULL);
    size_t length = 0;
    const char *token = cs_json_string(cs_json_get(root, "access_token"), &length);
    int64_t life = 0;

    if (kind == NULL || strcasecmp(kind, "Bearer") != 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s has no token_type \"Bearer\"", what);
    if (!is_token(token, length))
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s has no access_token that can be sent", what);
    if (!read_life(cs_json_get(root, "expires_in"), &life))
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s has no sensible expires_in", what);
    if (cs_secret_set(ret_token, token, length) != CS_OK)
        return cs_fail_nomem(error);
    *ret_life = life;
    return CS_OK;
}

enum cs_err cs_bearer_read(long status, const char *text, size_t length,
                           struct cs_secret *ret_token, int64_t *ret_life, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct cs_error why = {0};
    enum cs_err result = cs_json_parse(what, text, length, CS_JSON_STRICT, &document, &why);

    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (status < 200 || status > 299)
        return refused(status, document, error);
    /* Not the parser's sentence, which may quote what it refuses. */
    if (result != CS_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s is not JSON; check that host and port are the provider's", what);
    return read_token(document, ret_token, ret_life, error);
}
