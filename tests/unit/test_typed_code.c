/* SPDX-License-Identifier: Apache-2.0 */
/* Codes as they are pasted: what does not matter, and what must not change. */
#include "tests/unit/unit.h"

#include "base/buffer.h"
#include "base/typed_code.h"

static void assert_code(const char *typed, size_t length, const char *wanted, size_t wanted_length)
{
    const struct cs_secret answer = {(char *)(uintptr_t)typed, length};
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    assert_int_equal(cs_typed_code(&answer, &code), CS_OK);
    if (code.length != wanted_length || memcmp(code.data, wanted, wanted_length) != 0)
        fail_msg("'%s' became '%s', expected '%s'", typed, code.data, wanted);
}

static void test_what_is_pasted_along_does_not_matter(void **state)
{
    static const char *const rows[] = {
        " ",      "\t",     "\r",     "\n",     "\v",     "\f",     "-",      "\xc2\x85",  "\u00a0",
        "\u00ad", "\u1680", "\u2003", "\u2009", "\u2028", "\u2029", "\u202f", "\u205f",    "\u3000",
        "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e", "\u200f", "\u061c",    "\u202a",
        "\u202e", "\u2066", "\u2069", "\u034f", "\ufe0f", "\u2010", "\u2011", "\u2012",    "\u2013",
        "\u2014", "\u2015", "\u2212", "\ufe63", "\uff0d", "\u30a0", "\u05be", "\U000e0020"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer typed = {0};

        cs_buffer_printf(&typed, "%s123%s456%s%s", rows[i], rows[i], rows[i], rows[i]);
        assert_code(typed.text, typed.length, "123456", 6);
    }
}

static void test_digits_of_every_script(void **state)
{
    static const char *const rows[] = {
        "\u0661\u0662\u0663",             /* Arabic-Indic */
        "\u06f1\u06f2\u06f3",             /* Persian */
        "\u0967\u0968\u0969",             /* Devanagari */
        "\u09e7\u09e8\u09e9",             /* Bengali */
        "\u0e51\u0e52\u0e53",             /* Thai */
        "\uff11\uff12\uff13",             /* full width */
        "\U0001d7cf\U0001d7d0\U0001d7d1", /* mathematical */
        "\U0001e951\U0001e952\U0001e953"  /* Adlam */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_code(rows[i], strlen(rows[i]), "123", 3);
    assert_code("\u0669\uff19\u0e59\u0660", 2 + 3 + 3 + 2, "9990", 4);
}

static void test_nothing_else_changes(void **state)
{
    static const char *const rows[] = {"abcXYZ",     "1,2.3_4:5/6", "\u2460\u00b2", "\u4e00",
                                       "caf\u00e9",  "\xff\xfe",    "\xe2\x80",     "\xc0\xa0",
                                       "\x01\b\x7f", "O0Il",        "\u2044+=~"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_code(rows[i], strlen(rows[i]), rows[i], strlen(rows[i]));
    assert_code("1\0002", 3, "1\0002", 3);
    assert_code("", 0, "", 0);
    assert_code(" - ", 3, "", 0);
}

static void test_nothing_typed(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    (void)state;
    assert_int_equal(cs_typed_code(&(const struct cs_secret){NULL, 0}, &code), CS_OK);
    assert_int_equal(code.length, 0);
}

static void test_first_dash(void **state)
{
    static const char text[] = "91\u201331-963";
    size_t length = 0;

    (void)state;
    assert_ptr_equal(cs_find_dash(text, sizeof text - 1, &length), text + 2);
    assert_int_equal(length, 3);
    assert_null(cs_find_dash("123456\xff", 7, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_pasted_along_does_not_matter),
        cmocka_unit_test(test_digits_of_every_script),
        cmocka_unit_test(test_nothing_else_changes),
        cmocka_unit_test(test_nothing_typed),
        cmocka_unit_test(test_first_dash),
    };

    return cmocka_run_group_tests_name("typed_code", tests, NULL, NULL);
}
