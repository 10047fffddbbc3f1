/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test_json.h"

#include <stdlib.h>

#include "base/strlist.h"
#include "json/write.h"

static void assert_printed(const struct cs_json_writer *writer, enum cs_json_layout layout,
                           const char *expected)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_json_print(writer, layout, &text, &error), CS_OK);
    assert_string_equal(text.data, expected);
    assert_int_equal(text.length, strlen(expected));
}

static void test_write_every_kind_printed(void **state)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    (void)state;
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "s", "a\"b\\c\nd\te");
    cs_json_write_integer(writer, "i", INT64_C(1000000000000000));
    cs_json_write_integer(writer, "min", INT64_MIN);
    cs_json_write_bool(writer, "t", true);
    cs_json_write_bool(writer, "f", false);
    cs_json_write_null(writer, "n");
    cs_json_write_string(writer, "none", NULL);
    cs_json_write_array(writer, "a");
    cs_json_write_integer(writer, NULL, -1);
    cs_json_write_object(writer, NULL);
    cs_json_write_end(writer);
    cs_json_write_end(writer);
    cs_json_write_string(writer, "after\n", "");
    cs_json_write_end(writer);
    assert_printed(writer, CS_JSON_COMPACT,
                   "{\"s\":\"a\\\"b\\\\c\\nd\\te\",\"i\":1000000000000000,"
                   "\"min\":-9223372036854775808,\"t\":true,\"f\":false,\"n\":null,\"none\":null,"
                   "\"a\":[-1,{}],\"after\\n\":\"\"}");
}

static void test_write_formatted_has_lines(void **state)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    (void)state;
    cs_json_write_object(writer, NULL);
    cs_json_write_integer(writer, "a", 1);
    cs_json_write_integer(writer, "b", 2);
    cs_json_write_end(writer);
    assert_printed(writer, CS_JSON_FORMATTED, "{\n\t\"a\":\t1,\n\t\"b\":\t2\n}");
}

static void test_write_harmful_text_escaped(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *expected;
    } rows[] = {
        {TEXT("a\nb\r\t\b\f"), "\"a\\nb\\r\\t\\b\\f\""},
        {TEXT("\x1b[2J\x7f"), "\"\\u001b[2J\\u007f\""},
        {TEXT("\xc2\x9b"), "\"\\u009b\""},
        {TEXT("\xe2\x80\xae"), "\"\\u202e\""},
        {TEXT("\xf3\xa0\x80\x81"), "\"\\udb40\\udc01\""},
        {TEXT("\xc3\xa9\xf0\x9f\x98\x80"), "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {TEXT("a\xff\xc3"), "\"a\\ufffd\\ufffd\""},
        {TEXT("a\0b"), "\"a\\ufffdb\""},
        {TEXT(""), "\"\""},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

        cs_json_write_bytes(writer, NULL, rows[i].text, rows[i].length);
        assert_printed(writer, CS_JSON_COMPACT, rows[i].expected);
    }
}

/* Every character at its longest: the reserved memory must suffice. */
static void test_write_worst_case_fits(void **state)
{
    for (int layout = CS_JSON_COMPACT; layout <= CS_JSON_FORMATTED; layout++) {
        CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};
        CS_AUTO(cs_json_free) struct cs_json *document = NULL;
        struct cs_error error = {0};

        cs_json_write_object(writer, NULL);
        for (size_t i = 1; i < CS_JSON_DEPTH_MAX; i++)
            cs_json_write_object(writer, "\x01\x01\x01\x01\x01\x01\x01\x01");
        for (char last = 1; last < 32; last++) {
            char key[] = {'\x01', '\x02', last, '\0'};

            cs_json_write_string(writer, key, "\x01\x01\x01\xff\xff\xff");
        }
        for (size_t i = 0; i < CS_JSON_DEPTH_MAX; i++)
            cs_json_write_end(writer);
        assert_int_equal(cs_json_print(writer, (enum cs_json_layout)layout, &text, &error), CS_OK);
        document = parse(text.data, CS_JSON_STRICT);
    }
    (void)state;
}

static void begin_object(struct cs_json_writer *writer)
{
    cs_json_write_object(writer, NULL);
}

static void missing_key(struct cs_json_writer *writer)
{
    begin_object(writer);
    cs_json_write_null(writer, NULL);
    cs_json_write_end(writer);
}

static void key_in_array(struct cs_json_writer *writer)
{
    cs_json_write_array(writer, NULL);
    cs_json_write_null(writer, "a");
    cs_json_write_end(writer);
}

static void key_at_root(struct cs_json_writer *writer)
{
    cs_json_write_null(writer, "a");
}

static void key_twice(struct cs_json_writer *writer)
{
    begin_object(writer);
    cs_json_write_null(writer, "a");
    cs_json_write_bool(writer, "a", true);
    cs_json_write_end(writer);
}

static void key_not_utf8(struct cs_json_writer *writer)
{
    begin_object(writer);
    cs_json_write_null(writer, "a\xff");
    cs_json_write_end(writer);
}

static void second_root(struct cs_json_writer *writer)
{
    cs_json_write_null(writer, NULL);
    cs_json_write_null(writer, NULL);
}

static void end_too_often(struct cs_json_writer *writer)
{
    begin_object(writer);
    cs_json_write_end(writer);
    cs_json_write_end(writer);
}

static void nothing(struct cs_json_writer *writer)
{
    (void)writer;
}

static void too_deep(struct cs_json_writer *writer)
{
    for (size_t i = 0; i <= CS_JSON_DEPTH_MAX; i++)
        cs_json_write_array(writer, NULL);
    for (size_t i = 0; i <= CS_JSON_DEPTH_MAX; i++)
        cs_json_write_end(writer);
}

static void test_write_misuse_refused(void **state)
{
    static void (*const misuses[])(struct cs_json_writer * writer) = {
        begin_object, missing_key, key_in_array,  key_at_root, key_twice,
        key_not_utf8, second_root, end_too_often, nothing,     too_deep,
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(misuses); i++) {
        CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};
        struct cs_error error = {0};

        misuses[i](writer);
        if (cs_json_print(writer, CS_JSON_COMPACT, &text, &error) != CS_ERR_INPUT)
            fail_msg("misuse %zu accepted", i);
        assert_string_equal(error.text, "JSON output has a value where none is allowed");
        assert_null(text.data);
    }
}

static void test_write_failure_sticky(void **state)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct cs_error error = {0};

    (void)state;
    cs_json_write_null(writer, "misplaced");
    cs_json_write_null(writer, NULL);
    assert_int_equal(cs_json_print(writer, CS_JSON_COMPACT, &text, &error), CS_ERR_INPUT);
}

static void test_write_string_too_long_refused(void **state)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_string_free) char *data = calloc(CS_JSON_TEXT_MAX + 1, 1);
    struct cs_error error = {0};

    (void)state;
    assert_non_null(data);
    cs_json_write_bytes(writer, NULL, data, CS_JSON_TEXT_MAX + 1);
    assert_int_equal(cs_json_print(writer, CS_JSON_COMPACT, &text, &error), CS_ERR_LIMIT);
}

static void test_write_without_writer_reported(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct cs_error error = {0};

    (void)state;
    cs_json_write_object(NULL, NULL);
    cs_json_write_string(NULL, "a", "b");
    cs_json_write_end(NULL);
    assert_int_equal(cs_json_print(NULL, CS_JSON_COMPACT, &text, &error), CS_ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_every_kind_printed),
        cmocka_unit_test(test_write_formatted_has_lines),
        cmocka_unit_test(test_write_harmful_text_escaped),
        cmocka_unit_test(test_write_worst_case_fits),
        cmocka_unit_test(test_write_misuse_refused),
        cmocka_unit_test(test_write_failure_sticky),
        cmocka_unit_test(test_write_string_too_long_refused),
        cmocka_unit_test(test_write_without_writer_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
