/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test_json.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/strlist.h"
#include "json/scan.h"

static void test_parse_surrogate_pair_decoded(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    size_t length = 0;

    (void)state;
    document = parse("\"\\ud83d\\uDE00\\u00e9\\n\\/\"", CS_JSON_STRICT);
    assert_string_equal(cs_json_string(cs_json_root(document), &length),
                        "\xf0\x9f\x98\x80\xc3\xa9\n/");
    assert_int_equal(length, 8);
}

static void test_parse_same_key_elsewhere_accepted(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;

    (void)state;
    document = parse("{\"a\":{\"a\":1},\"A\":[{\"a\":2},{\"a\":3}],\"ab\":4}", CS_JSON_STRICT);
    assert_int_equal(cs_json_count(cs_json_root(document)), 3);
}

static void test_parse_comment_marks_in_string_kept(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;

    (void)state;
    document = parse("\"http://a/*b*/,]\"", CS_JSON_TOLERANT);
    assert_string_equal(text_of(cs_json_root(document)), "http://a/*b*/,]");
}

static void nest(char *out, size_t depth, char open, char close)
{
    memset(out, open, depth);
    memset(out + depth, close, depth);
    out[2 * depth] = '\0';
}

static void test_parse_depth_32_accepted_33_refused(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    char text[128];

    (void)state;
    nest(text, CS_JSON_DEPTH_MAX, '[', ']');
    document = parse(text, CS_JSON_STRICT);
    nest(text, CS_JSON_DEPTH_MAX + 1, '[', ']');
    assert_refused(text, strlen(text), CS_JSON_STRICT,
                   "t.json:1:33: nested too deeply; expected at most 32 levels");
    assert_refused(text, strlen(text), CS_JSON_TOLERANT,
                   "t.json:1:33: nested too deeply; expected at most 32 levels");
}

/* Depth counts open containers, not all that were opened. */
static void test_parse_many_siblings_accepted(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    (void)state;
    cs_buffer_text(&text, "[{}");
    for (int i = 0; i < 100; i++)
        cs_buffer_text(&text, ",[{}]");
    cs_buffer_text(&text, "]");
    document = parse(text.text, CS_JSON_STRICT);
    assert_int_equal(cs_json_count(cs_json_root(document)), 101);
}

static void test_parse_size_limit_exact(void **state)
{
    CS_AUTO(cs_string_free) char *text = malloc(CS_JSON_TEXT_MAX + 2);
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;

    (void)state;
    assert_non_null(text);
    memset(text, ' ', CS_JSON_TEXT_MAX + 1);
    text[0] = '1';
    text[CS_JSON_TEXT_MAX + 1] = '\0';
    assert_refused(text, CS_JSON_TEXT_MAX + 1, CS_JSON_STRICT,
                   "t.json:1:1: text of 1048577 bytes; expected at most 1048576 bytes");
    text[CS_JSON_TEXT_MAX] = '\0';
    document = parse(text, CS_JSON_STRICT);
    assert_int_equal(cs_json_type(cs_json_root(document)), CS_JSON_NUMBER);
}

static void test_parse_value_limit_exact(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    (void)state;
    cs_buffer_text(&text, "[1");
    for (int i = 0; i < CS_JSON_VALUES_MAX - 2; i++)
        cs_buffer_text(&text, ",1");
    cs_buffer_text(&text, "]");
    document = parse(text.text, CS_JSON_STRICT);
    assert_int_equal(cs_json_count(cs_json_root(document)), CS_JSON_VALUES_MAX - 1);
    text.text[text.length - 1] = ',';
    cs_buffer_text(&text, "1]");
    assert_refused(text.text, text.length, CS_JSON_STRICT,
                   "t.json:1:131072: too many values; expected at most 65536");
}

static void test_scan_given_limit_exact(void **state)
{
    CS_AUTO(cs_json_marks_free) struct cs_json_marks marks = {0};
    struct cs_error error = {0};
    char text[] = "[1,2]";

    (void)state;
    assert_int_equal(cs_json_scan("t", text, 5, 4, CS_JSON_STRICT, &marks, &error), CS_ERR_INPUT);
    assert_string_equal(error.text, "t:1:1: text of 5 bytes; expected at most 4 bytes");
    assert_int_equal(cs_json_scan("t", text, 5, 5, CS_JSON_STRICT, &marks, &error), CS_OK);
    assert_int_equal(marks.count, 3);
}

static void test_scan_tolerant_blanks_in_place(void **state)
{
    CS_AUTO(cs_json_marks_free) struct cs_json_marks marks = {0};
    struct cs_error error = {0};
    char text[] = "[1,/*\n\xc3\xa9*/\"//\",]//x\n";

    (void)state;
    assert_int_equal(cs_json_scan("t", text, strlen(text), 100, CS_JSON_TOLERANT, &marks, &error),
                     CS_OK);
    assert_string_equal(text, "[1,  \n    \"//\" ]   \n");
}

static void test_integer_values_exact_or_refused(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"42", true, 42},
        {"-7", true, -7},
        {"3600.000", true, 3600},
        {"9007199254740991", true, INT64_C(9007199254740991)},
        {"-9007199254740991", true, -INT64_C(9007199254740991)},
        {"9007199254740992", false, 0},
        {"9007199254740993", false, 0},
        {"-9007199254740992", false, 0},
        {"9223372036854775807", false, 0},
        {"18446744073709551616", false, 0},
        {"123456789012345678901234567890123456789012345678901234567890123", false, 0},
        {"1.5", false, 0},
        {"1.00000000000000000000001", false, 0},
        {"4503599627370496.4", false, 0},
        {"1e3", false, 0},
        {"0e0", false, 0},
        {"1e-400", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
        {"null", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *document = parse(rows[i].text, CS_JSON_STRICT);
        int64_t value = 99;

        if (cs_json_integer(cs_json_root(document), &value) != rows[i].ok)
            fail_msg("%s: %s as an integer", rows[i].text, rows[i].ok ? "refused" : "accepted");
        assert_int_equal(value, rows[i].ok ? rows[i].value : 99);
    }
}

static void test_identifiers_of_64_bits(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"-4711223344556677889", true, -INT64_C(4711223344556677889)},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"7.000", true, 7},
        {"7.5", false, 0},
        {"7e1", false, 0},
        {"\"7\"", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *document = parse(rows[i].text, CS_JSON_STRICT);
        int64_t value = 99;

        if (cs_json_int64(cs_json_root(document), &value) != rows[i].ok)
            fail_msg("%s: %s as an identifier", rows[i].text, rows[i].ok ? "refused" : "accepted");
        assert_int_equal(value, rows[i].ok ? rows[i].value : 99);
    }
    assert_false(cs_json_int64(NULL, &(int64_t){0}));
}

static void test_any_number_as_a_double(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        double value;
    } rows[] = {
        {"1.5", true, 1.5},    {"-7", true, -7.0},
        {"1e3", true, 1000.0}, {"1700000000.25", true, 1700000000.25},
        {"\"1\"", false, 0.0}, {"true", false, 0.0},
        {"null", false, 0.0},  {"[1]", false, 0.0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *document = parse(rows[i].text, CS_JSON_STRICT);
        double value = 99.0;

        if (cs_json_number(cs_json_root(document), &value) != rows[i].ok)
            fail_msg("%s: %s as a number", rows[i].text, rows[i].ok ? "refused" : "accepted");
        assert_true(value == (rows[i].ok ? rows[i].value : 99.0));
    }
    assert_false(cs_json_number(NULL, &(double){0}));
}

static void test_access_wrong_type_refused(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *root;
    bool flag = true;

    (void)state;
    document = parse("{\"s\":\"x\",\"f\":false,\"n\":null,\"a\":[\"x\"]}", CS_JSON_STRICT);
    root = cs_json_root(document);
    assert_null(cs_json_string(root, NULL));
    assert_null(cs_json_string(cs_json_get(root, "n"), NULL));
    assert_false(cs_json_bool(cs_json_get(root, "s"), &flag));
    assert_true(flag);
    assert_true(cs_json_bool(cs_json_get(root, "f"), &flag));
    assert_false(flag);
    assert_null(cs_json_get(cs_json_get(root, "a"), "x"));
    assert_null(cs_json_get(cs_json_get(root, "s"), "x"));
    assert_null(cs_json_first(cs_json_get(root, "s")));
}

static void test_access_absent_value_harmless(void **state)
{
    int64_t number = 5;
    bool flag = true;

    (void)state;
    assert_int_equal(cs_json_type(NULL), CS_JSON_NONE);
    assert_null(cs_json_get(NULL, "x"));
    assert_null(cs_json_first(NULL));
    assert_null(cs_json_next(NULL));
    assert_null(cs_json_key(NULL));
    assert_null(cs_json_string(NULL, NULL));
    assert_int_equal(cs_json_count(NULL), 0);
    assert_false(cs_json_bool(NULL, &flag));
    assert_false(cs_json_integer(NULL, &number));
    assert_int_equal(number, 5);
}

static void test_get_case_sensitive(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *root;

    (void)state;
    document =
        parse("{\"Key\":\"upper\",\"key\":\"lower\",\"k\\u00e9\":\"accent\"}", CS_JSON_STRICT);
    root = cs_json_root(document);
    assert_string_equal(text_of(cs_json_get(root, "key")), "lower");
    assert_string_equal(text_of(cs_json_get(root, "Key")), "upper");
    assert_string_equal(text_of(cs_json_get(root, "k\xc3\xa9")), "accent");
    assert_null(cs_json_get(root, "KEY"));
    assert_null(cs_json_get(root, "ke"));
}

static void test_iterate_nested_document_order(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *value;

    (void)state;
    document = parse("{\"a\":[[],{\"x\":[1]}],\"b\":{},\"c\":null}", CS_JSON_STRICT);
    value = cs_json_root(document);
    assert_null(cs_json_next(value));
    assert_null(cs_json_key(value));
    value = cs_json_first(value);
    assert_string_equal(cs_json_key(value), "a");
    assert_int_equal(cs_json_type(value), CS_JSON_ARRAY);
    assert_null(cs_json_key(cs_json_first(value)));
    assert_null(cs_json_first(cs_json_first(value)));
    assert_int_equal(cs_json_type(cs_json_next(cs_json_first(value))), CS_JSON_OBJECT);
    assert_null(cs_json_next(cs_json_next(cs_json_first(value))));
    value = cs_json_next(value);
    assert_string_equal(cs_json_key(value), "b");
    assert_int_equal(cs_json_type(value), CS_JSON_OBJECT);
    value = cs_json_next(value);
    assert_string_equal(cs_json_key(value), "c");
    assert_int_equal(cs_json_type(value), CS_JSON_NULL);
    assert_null(cs_json_next(value));
}

static void test_type_name_every_type_named(void **state)
{
    (void)state;
    assert_string_equal(cs_json_type_name(CS_JSON_NONE), "nothing");
    assert_string_equal(cs_json_type_name(CS_JSON_NULL), "null");
    assert_string_equal(cs_json_type_name(CS_JSON_BOOL), "true or false");
    assert_string_equal(cs_json_type_name(CS_JSON_NUMBER), "a number");
    assert_string_equal(cs_json_type_name(CS_JSON_STRING), "a string");
    assert_string_equal(cs_json_type_name(CS_JSON_ARRAY), "an array");
    assert_string_equal(cs_json_type_name(CS_JSON_OBJECT), "an object");
}

static void assert_position(const struct cs_json *document, const char *key, unsigned key_line,
                            unsigned key_column, unsigned line, unsigned column)
{
    const struct cs_json_value *value = cs_json_get(cs_json_root(document), key);
    unsigned got_line = 0;
    unsigned got_column = 0;

    assert_non_null(value);
    cs_json_key_position(document, value, &got_line, &got_column);
    assert_int_equal(got_line, key_line);
    assert_int_equal(got_column, key_column);
    cs_json_position(document, value, &got_line, &got_column);
    assert_int_equal(got_line, line);
    assert_int_equal(got_column, column);
}

static void test_position_multibyte_tabs_comments_counted(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *element;
    unsigned line = 0;
    unsigned column = 0;

    (void)state;
    document = parse("/* \xc3\xa9 */ {\t\"\xe2\x82\xac\xf0\x9f\x98\x80\": 1, \"b\":[\n"
                     "\t\t\"\xc3\xa9\xc3\xa9\", // x\r\n"
                     "2,],\n\n"
                     "\"last\"\n:\n  {}}",
                     CS_JSON_TOLERANT);
    assert_position(document, "\xe2\x82\xac\xf0\x9f\x98\x80", 1, 11, 1, 17);
    assert_position(document, "b", 1, 20, 1, 24);
    assert_position(document, "last", 5, 1, 7, 3);
    element = cs_json_first(cs_json_get(cs_json_root(document), "b"));
    cs_json_position(document, element, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 3);
    element = cs_json_next(element);
    cs_json_key_position(document, element, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 1);
    cs_json_position(document, cs_json_root(document), &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 9);
}

static void test_fail_value_and_key_located(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *value;
    struct cs_error error = {0};

    (void)state;
    document = parse("{\n  \"re\\ntry\":  \"x\"}", CS_JSON_TOLERANT);
    value = cs_json_first(cs_json_root(document));
    assert_int_equal(cs_json_fail(&error, CS_ERR_CONFIG, document, value,
                                  "\"%s\" is %s; expected %s", cs_json_key(value),
                                  cs_json_type_name(cs_json_type(value)), "a number"),
                     CS_ERR_CONFIG);
    assert_int_equal(error.code, CS_ERR_CONFIG);
    assert_string_equal(error.text, "t.json:2:15: \"re?try\" is a string; expected a number");
    assert_int_equal(cs_json_fail_key(&error, CS_ERR_INPUT, document, value, "unknown key"),
                     CS_ERR_INPUT);
    assert_string_equal(error.text, "t.json:2:3: unknown key");
    assert_int_equal(cs_json_fail(&error, CS_ERR_INPUT, document, NULL, "no \"a\""), CS_ERR_INPUT);
    assert_string_equal(error.text, "t.json:1:1: no \"a\"");
}

static void test_fail_long_text_cut(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct cs_error error = {0};

    (void)state;
    document = parse("1", CS_JSON_STRICT);
    (void)cs_json_fail(&error, CS_ERR_INPUT, document, NULL, "%0600d", 0);
    assert_int_equal(strlen(error.text), strlen("t.json:1:1: ") + 255 + 3);
    assert_string_equal(error.text + strlen(error.text) - 4, "0...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_surrogate_pair_decoded),
        cmocka_unit_test(test_parse_same_key_elsewhere_accepted),
        cmocka_unit_test(test_parse_comment_marks_in_string_kept),
        cmocka_unit_test(test_parse_depth_32_accepted_33_refused),
        cmocka_unit_test(test_parse_many_siblings_accepted),
        cmocka_unit_test(test_parse_size_limit_exact),
        cmocka_unit_test(test_parse_value_limit_exact),
        cmocka_unit_test(test_scan_given_limit_exact),
        cmocka_unit_test(test_scan_tolerant_blanks_in_place),
        cmocka_unit_test(test_integer_values_exact_or_refused),
        cmocka_unit_test(test_identifiers_of_64_bits),
        cmocka_unit_test(test_any_number_as_a_double),
        cmocka_unit_test(test_access_wrong_type_refused),
        cmocka_unit_test(test_access_absent_value_harmless),
        cmocka_unit_test(test_get_case_sensitive),
        cmocka_unit_test(test_iterate_nested_document_order),
        cmocka_unit_test(test_type_name_every_type_named),
        cmocka_unit_test(test_position_multibyte_tabs_comments_counted),
        cmocka_unit_test(test_fail_value_and_key_located),
        cmocka_unit_test(test_fail_long_text_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
