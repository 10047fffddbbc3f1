/* SPDX-License-Identifier: Apache-2.0 */
/* A template for login_hint, a newline, and the identity that is written into it. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "providers/openid/form.h"
#include "providers/openid/hint.h"
#include "json/json.h"

static bool is_utf8(const char *text)
{
    unsigned long code;

    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        length = cs_utf8_decode(text, left, &code);
        if (length == 0)
            return false;
    }
    return true;
}

/* Whether the only substitution stands in the first member's value. */
static bool is_in_first_value(const char *template)
{
    const char *value = strchr(template, ':'), *percent = strchr(template, '%');

    return template[0] == '{' && value != NULL && percent != NULL && value < percent &&
           strchr(percent + 1, '%') == NULL &&
           memchr(template, ',', (size_t)(percent - template)) == NULL;
}

/* A template that is a JSON object stays one with as many members, whatever the value is. */
static void require_same_shape(const char *template, const struct cs_openid_hint *hint,
                               const struct cs_buffer *written)
{
    CS_AUTO(cs_json_free) struct cs_json *before = NULL, *after = NULL;

    if (!is_in_first_value(template) || !is_utf8(hint->identity) ||
        cs_json_parse("before", template, strlen(template), CS_JSON_STRICT, &before, NULL) != CS_OK)
        return;
    REQUIRE(cs_json_parse("after", written->text, written->length, CS_JSON_STRICT, &after, NULL) ==
            CS_OK);
    REQUIRE(cs_json_count(cs_json_root(before)) == cs_json_count(cs_json_root(after)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%";
    CS_AUTO(cs_buffer_free) struct cs_buffer written = {0}, form = {0};
    char *template = fuzz_text(data, size), *identity = strchr(template, '\n');
    struct cs_error error = {0};

    if (identity != NULL)
        *identity++ = '\0';
    if (cs_openid_hint_check(template, &error) == CS_OK) {
        const struct cs_openid_hint hint = {identity ? identity : "", "alice", "https://i.test"};

        cs_openid_hint_write(template, &hint, &written);
        REQUIRE(!written.failed);
        require_same_shape(template, &hint, &written);
        cs_form_add(&form, "login_hint", written.text ? written.text : "");
        REQUIRE(!form.failed && strncmp(form.text, "login_hint=", 11) == 0);
        REQUIRE(strspn(form.text + 11, plain) == strlen(form.text + 11));
    } else {
        REQUIRE(error.code == CS_ERR_CONFIG && error.text[0] != '\0');
    }
    free(template);
    return 0;
}
