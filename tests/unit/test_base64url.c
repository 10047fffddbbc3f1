/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/base64url.h"

static void test_base64url(void **state)
{
    static const struct {
        const char *plain, *text;
    } rows[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"}};
    static const char *const wrong[] = {"Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm9v ", "+/+/", "Zm9vY"};
    unsigned char bytes[8];
    size_t length = 0;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
        size_t plain = strlen(rows[i].plain);

        cs_buffer_text(&text, "");
        cs_base64url_add(&text, (const unsigned char *)rows[i].plain, plain);
        assert_string_equal(text.text, rows[i].text);
        assert_int_equal(text.length, CS_BASE64URL_LENGTH(plain));
        assert_true(cs_base64url_decode(text.text, text.length, bytes, plain, &length));
        assert_int_equal(length, plain);
        assert_memory_equal(bytes, rows[i].plain, plain);
        assert_true(plain == 0 ||
                    !cs_base64url_decode(text.text, text.length, bytes, plain - 1, &length));
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(wrong); i++)
        assert_false(cs_base64url_decode(wrong[i], strlen(wrong[i]), bytes, sizeof bytes, &length));
    assert_false(cs_base64url_decode(TEXT("AA\0A"), bytes, sizeof bytes, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64url),
    };

    return cmocka_run_group_tests_name("base64url", tests, NULL, NULL);
}
