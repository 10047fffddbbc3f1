/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/answer.h"

#include <stdio.h>
#include <string.h>

#include "base/sanitise.h"
#include "net/retry.h"

enum { WORD_BYTES_MAX = 60, DESCRIPTION_BYTES_MAX = 150, INTERVAL_MAX = 600 };

void cs_openid_answer_clear(struct cs_openid_answer *answer)
{
    cs_json_free(&answer->document);
    *answer = (struct cs_openid_answer){0};
}

/* RFC 6749 section 5.2, RFC 8628 section 3.5, CIBA Core sections 11 and 13; and words of servers
 * that do not keep to them. */
static enum cs_openid_word word_of(const char *text)
{
    static const struct {
        const char *text;
        enum cs_openid_word word;
    } rows[] = {
        {"authorization_pending", CS_OPENID_PENDING},
        {"slow_down", CS_OPENID_SLOW_DOWN},
        {"access_denied", CS_OPENID_DENIED},
        {"authorization_declined", CS_OPENID_DENIED},
        {"expired_token", CS_OPENID_EXPIRED},
        {"token_expired", CS_OPENID_EXPIRED},
        {"invalid_grant", CS_OPENID_USED},
        {"bad_verification_code", CS_OPENID_USED},
        {"incorrect_device_code", CS_OPENID_USED},
        {"unknown_user_id", CS_OPENID_UNKNOWN_USER},
        {"missing_user_code", CS_OPENID_USER_CODE},
        {"invalid_user_code", CS_OPENID_USER_CODE},
        {"invalid_request", CS_OPENID_REFUSED},
        {"invalid_client", CS_OPENID_BAD_CLIENT},
        {"unauthorized_client", CS_OPENID_BAD_CLIENT},
        {"unsupported_grant_type", CS_OPENID_BAD_CLIENT},
        {"invalid_scope", CS_OPENID_BAD_CLIENT},
        {"invalid_binding_message", CS_OPENID_BAD_CLIENT},
        {"device_flow_disabled", CS_OPENID_BAD_CLIENT},
        {"too_many_user_codes", CS_OPENID_BUSY},
        {"temporarily_unavailable", CS_OPENID_BUSY},
        {"server_error", CS_OPENID_BUSY},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].text, text) == 0)
            return rows[i].word;
    }
    return CS_OPENID_STRANGE;
}

/* RFC 6749 section 5.2: the client is authenticated before its grant and scope are looked at. */
static bool is_about_the_request(const char *word)
{
    return strcmp(word, "unauthorized_client") == 0 ||
           strcmp(word, "unsupported_grant_type") == 0 || strcmp(word, "invalid_scope") == 0;
}

static void add_text(struct cs_buffer *out, const char *before, const struct cs_json_value *value,
                     size_t most)
{
    size_t length = 0;
    const char *text = cs_json_string(value, &length);

    if (text == NULL)
        return;
    cs_buffer_text(out, before);
    cs_sanitise(out, text, length < most ? length : most);
}

static void describe(long status, const struct cs_json_value *root, char *ret_said, size_t size)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};

    cs_buffer_printf(&said, "status %ld", status);
    add_text(&said, ", ", cs_json_get(root, "error"), WORD_BYTES_MAX);
    add_text(&said, ": ", cs_json_get(root, "error_description"), DESCRIPTION_BYTES_MAX);
    (void)snprintf(ret_said, size, "%s", said.text ? said.text : "");
}

/* A status without a word, or with one that is no word of a standard: proxies and frameworks have
 * an "error" of their own, as in {"error":"Service Unavailable"}. */
static enum cs_err read_status(const char *what, const struct cs_http_response *response,
                               struct cs_openid_answer *answer, struct cs_error *error)
{
    if (cs_status_is_unreachable(response->status))
        return cs_fail(error, CS_ERR_UNREACHABLE, "%s failed: the provider is not there (%s)", what,
                       answer->said);
    if (response->status == 401) {
        answer->word = CS_OPENID_BAD_CLIENT;
        return CS_OK;
    }
    if (response->status == 429) {
        answer->word = CS_OPENID_SLOW_DOWN;
        return CS_OK;
    }
    if (answer->word == CS_OPENID_STRANGE && response->status < 500)
        return CS_OK;
    return cs_fail(error, CS_ERR_UNAVAILABLE, "%s failed (%s); check that issuer is the provider's",
                   what, answer->said);
}

enum cs_err cs_openid_answer_read(const char *what, const struct cs_http_response *response,
                                  struct cs_openid_answer *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_openid_answer_clear)
    struct cs_openid_answer answer = {.retry_after_ms = response->retry_after_ms};
    bool good = response->status >= 200 && response->status <= 299;
    const struct cs_json_value *root;
    const char *word;
    enum cs_err result = cs_json_parse(what, response->body.data, response->body.length,
                                       CS_JSON_STRICT, &answer.document, NULL);

    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    root = result == CS_OK ? cs_json_root(answer.document) : NULL;
    describe(response->status, root, answer.said, sizeof answer.said);
    word = cs_json_string(cs_json_get(root, "error"), NULL);
    answer.knows_client = word != NULL && is_about_the_request(word);
    if (word != NULL)
        answer.word = word_of(word);
    if (!good && (word == NULL || answer.word == CS_OPENID_STRANGE))
        result = read_status(what, response, &answer, error);
    else if (word != NULL)
        result = CS_OK;
    else if (cs_json_type(root) != CS_JSON_OBJECT || cs_json_get(root, "error") != NULL)
        result = cs_fail(error, CS_ERR_UNAVAILABLE, "%s: the answer is not a JSON object (%s)",
                         what, answer.said);
    if (result != CS_OK) {
        ret_answer->retry_after_ms = response->retry_after_ms;
        return result;
    }
    if (answer.word == CS_OPENID_SLOW_DOWN)
        answer.interval_ms = cs_openid_answer_interval(&answer, 0);
    *ret_answer = answer;
    answer = (struct cs_openid_answer){0};
    return CS_OK;
}

static const struct cs_json_value *member(const struct cs_openid_answer *answer, const char *name)
{
    return answer->document != NULL ? cs_json_get(cs_json_root(answer->document), name) : NULL;
}

const char *cs_openid_answer_text(const struct cs_openid_answer *answer, const char *name,
                                  size_t most)
{
    size_t length = 0;
    const char *text = cs_json_string(member(answer, name), &length);

    return length > 0 && length <= most ? text : NULL;
}

int64_t cs_openid_answer_interval(const struct cs_openid_answer *answer, int64_t usual_ms)
{
    double seconds = 0.0;

    if (!cs_json_number(member(answer, "interval"), &seconds) || seconds < 0.0)
        return usual_ms;
    return (int64_t)((seconds < INTERVAL_MAX ? seconds : INTERVAL_MAX) * 1000.0);
}

unsigned cs_openid_answer_seconds(const struct cs_openid_answer *answer, const char *name,
                                  unsigned usual, unsigned most)
{
    const struct cs_json_value *value = member(answer, name);
    int64_t seconds = 0;

    if (value == NULL)
        return usual;
    if (!cs_json_integer(value, &seconds) || seconds < 1)
        return 0;
    return seconds < (int64_t)most ? (unsigned)seconds : most;
}
