/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that a server names. */
#include "tests/unit/unit.h"

#include "net/url.h"

static void test_split(void **state)
{
    static const struct {
        const char *text, *base, *target;
    } rows[] = {
        {"https://id.example.com", "https://id.example.com:443", "/"},
        {"https://id.example.com/", "https://id.example.com:443", "/"},
        {"https://id.example.com:8443/a/b", "https://id.example.com:8443", "/a/b"},
        {"https://id.example.com/t?x=1&y=%2F", "https://id.example.com:443", "/t?x=1&y=%2F"},
        {"https://id.example.com//api//token", "https://id.example.com:443", "//api//token"},
        {"https://[::1]:9443/token", "https://[::1]:9443", "/token"},
        {"http://127.0.0.1:9000/token", "http://127.0.0.1:9000", "/token"},
        {"http://localhost/token", "http://localhost:80", "/token"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_url_free) struct cs_url url = {0};

        assert_int_equal(cs_url_split(rows[i].text, &url, NULL), CS_OK);
        assert_string_equal(url.base, rows[i].base);
        assert_string_equal(url.target, rows[i].target);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "id.example.com",
        "/token",
        "ftp://id.example.com/",
        "file:///etc/passwd",
        "http://id.example.com/token",
        "http://127.example.com/token",
        "https://user@id.example.com/",
        "https://user:word@id.example.com/",
        "https://id.example.com/#part",
        "https://id.example.com/a b",
        "https://id.example.com/a\r\nHost: x",
        "https://id.\xc3\xa9xample.com/",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        struct cs_url url = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_url_split(texts[i], &url, &error), CS_ERR_INPUT);
        assert_null(url.base);
        assert_non_null(strstr(error.text, "https"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
