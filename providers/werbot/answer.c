/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/werbot/answer.h"

#include <stdio.h>
#include <string.h>

#include "base/sanitise.h"
#include "json/json.h"

enum { WORD_BYTES_MAX = 40 };

static const char what[] = "the question whether somebody gets in";

static void add_word(struct cs_buffer *out, const char *before, const struct cs_json_value *value)
{
    size_t length = 0;
    const char *text = cs_json_string(value, &length);

    if (length == 0)
        return;
    cs_buffer_text(out, before);
    cs_sanitise(out, text, length < WORD_BYTES_MAX ? length : WORD_BYTES_MAX);
}

static void interpret_reason(const char *text, struct cs_werbot_answer *answer)
{
    static const struct {
        const char *text;
        enum cs_reason reason;
    } rows[] = {
        {"INVALID_TOTP", CS_REASON_WRONG_CODE},
        {"U2F_FAILED", CS_REASON_DENIED},
        {"DEVICE_NOT_FOUND", CS_REASON_NOT_ENROLLED},
        {"user not found", CS_REASON_UNKNOWN_IDENTITY},
        {"USER_NOT_FOUND", CS_REASON_UNKNOWN_IDENTITY},
        {"User Disabled", CS_REASON_INACTIVE},
        {"USER_DISABLED", CS_REASON_INACTIVE},
        {"policy not assigned", CS_REASON_POLICY},
        {"NO_POLICY_ASSIGNED", CS_REASON_POLICY},
        {"POLICY_EXPIRED", CS_REASON_POLICY},
        {"TIME_POLICY_FAILED", CS_REASON_POLICY},
        {"IP_POLICY_FAILED", CS_REASON_POLICY},
        {"COUNTRY_POLICY_FAILED", CS_REASON_POLICY},
        {"DEVICE_POLICY_FAILED", CS_REASON_POLICY},
        {"ADHOC_POLICY_FAILED", CS_REASON_POLICY},
    };
    static const char *const ours[] = {"invalid service integration details",
                                       "INVALID_SERVICE_CREDS", "INVALID_SERVICE_ID"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) && text != NULL; i++) {
        if (strcmp(rows[i].text, text) == 0)
            answer->reason = rows[i].reason;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(ours) && text != NULL; i++)
        answer->own_fault = answer->own_fault || strcmp(ours[i], text) == 0;
}

/* The members that count must have their types, as a member of another type is no answer of
 * ours. */
static bool is_well_formed(const struct cs_json_value *root)
{
    enum cs_json_type error = cs_json_type(cs_json_get(root, "error"));
    enum cs_json_type reason = cs_json_type(cs_json_get(root, "reason"));

    return cs_json_type(root) == CS_JSON_OBJECT &&
           cs_json_type(cs_json_get(root, "status")) == CS_JSON_STRING &&
           (error == CS_JSON_NONE || error == CS_JSON_NULL) &&
           (reason == CS_JSON_NONE || reason == CS_JSON_STRING);
}

enum cs_err cs_werbot_answer_read(const struct cs_http_response *response,
                                  struct cs_werbot_answer *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};
    struct cs_werbot_answer answer = {.reason = CS_REASON_NONE};
    const struct cs_json_value *root;
    enum cs_err result;

    if (response->status != 200)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s failed (status %ld)", what, response->status);
    result = cs_json_parse(what, response->body.data, response->body.length, CS_JSON_STRICT,
                           &document, NULL);
    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    root = result == CS_OK ? cs_json_root(document) : NULL;
    if (!is_well_formed(root))
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: the answer is none of Werbot's; check server-url", what);
    answer.success = strcmp(cs_json_string(cs_json_get(root, "status"), NULL), "success") == 0;
    add_word(&said, "", cs_json_get(root, "status"));
    add_word(&said, ": ", cs_json_get(root, "reason"));
    (void)snprintf(answer.said, sizeof answer.said, "%s", said.text ? said.text : "");
    if (!answer.success)
        interpret_reason(cs_json_string(cs_json_get(root, "reason"), NULL), &answer);
    *ret_answer = answer;
    return CS_OK;
}
