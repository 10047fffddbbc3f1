/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redaction. A mark represents the secret: after a secret name, in a form and in JSON, it must not
 * appear in the output whatever surrounds it; nor may any terminal control byte.
 */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "net/redact.h"

static const char mark[] = "m4rk-of-a-secret";

static void check(const struct cs_buffer *out, bool marked)
{
    REQUIRE(!out->failed);
    if (out->text == NULL)
        return;
    REQUIRE(cs_is_clean(out->text, out->length));
    REQUIRE(!marked || strstr(out->text, mark) == NULL);
}

static void show(const char *type, const char *text, size_t length, bool marked)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    cs_redact_body(&out, type, text, length);
    check(&out, marked);
}

/* The input next to the secret, before and after it. */
static void check_form(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};

    cs_buffer_printf(&form, "%s&otp=%s&%s", text, mark, text);
    REQUIRE(!form.failed);
    show("application/x-www-form-urlencoded", form.text, form.length, strstr(text, mark) == NULL);
}

static void check_json(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer json = {0};

    cs_buffer_printf(&json, "{\"a\":%s,\"otp\":\"%s\"}", text, mark);
    REQUIRE(!json.failed);
    show("application/json", json.text, json.length, strstr(text, "m4rk") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    show(NULL, (const char *)data, size, false);
    show("application/x-www-form-urlencoded", (const char *)data, size, false);
    check_form(text);
    check_json(text);
    (void)cs_redact_name((const char *)data, size);
    free(text);
    return 0;
}
