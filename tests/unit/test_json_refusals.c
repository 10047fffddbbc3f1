/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test_json.h"

struct refusal {
    const char *text;
    size_t length;
    const char *expected;
};

/* What neither mode accepts. */
static void assert_all_refused(const struct refusal *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_refused(rows[i].text, rows[i].length, CS_JSON_STRICT, rows[i].expected);
        assert_refused(rows[i].text, rows[i].length, CS_JSON_TOLERANT, rows[i].expected);
    }
}

static void test_parse_bad_encoding_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("\"\xff\""), "t.json:1:2: byte 0xff is not UTF-8; expected UTF-8"},
        {TEXT("\"\xc0\xaf\""), "t.json:1:2: byte 0xc0 is not UTF-8; expected UTF-8"},
        {TEXT("\"\xed\xa0\x80\""), "t.json:1:2: byte 0xed is not UTF-8; expected UTF-8"},
        {TEXT("\"\xf4\x90\x80\x80\""), "t.json:1:2: byte 0xf4 is not UTF-8; expected UTF-8"},
        {TEXT("[\"\xc3\xa9\",\n \"\xc3"), "t.json:2:3: byte 0xc3 is not UTF-8; expected UTF-8"},
        {TEXT("[1] \x80"), "t.json:1:5: byte 0x80 is not UTF-8; expected UTF-8"},
        {TEXT("\"a\0b\""), "t.json:1:3: NUL byte; expected text"},
        {TEXT("{}\0"), "t.json:1:3: NUL byte; expected text"},
        {TEXT("\xef\xbb\xbf{}"), "t.json:1:1: found U+FEFF; expected a value"},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

static void test_parse_bad_string_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("\"a\x01\""),
         "t.json:1:3: found U+0001; expected an escape such as \\t or \\u0007 in its place"},
        {TEXT("\"a\tb\""),
         "t.json:1:3: found U+0009; expected an escape such as \\t or \\u0007 in its place"},
        {TEXT("[\"a\nb\"]"),
         "t.json:1:4: line ends within a string; expected '\"', or \\n in its place"},
        {TEXT("[\"a\r\n\"]"),
         "t.json:1:4: line ends within a string; expected '\"', or \\n in its place"},
        {TEXT("[1, \"abc"), "t.json:1:5: string is not closed; expected '\"' after it"},
        {TEXT("\"a\\"),
         "t.json:1:4: the text ends here; expected one of \" \\ / b f n r t u after a backslash"},
        {TEXT("\"a\\x41\""),
         "t.json:1:4: found 'x'; expected one of \" \\ / b f n r t u after a backslash"},
        {TEXT("\"\\u12g4\""), "t.json:1:6: found 'g'; expected four hexadecimal digits after \\u"},
        {TEXT("\"\\u12"),
         "t.json:1:6: the text ends here; expected four hexadecimal digits after \\u"},
        {TEXT("'a'"), "t.json:1:1: found '''; expected a value"},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

static void test_parse_nul_escape_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("\"ab\\u0000cd\""), "t.json:1:4: \\u0000; expected text without NUL"},
        {TEXT("{\n  \"k\\u0000\": 1}"), "t.json:2:5: \\u0000; expected text without NUL"},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

#define LONE "half of a surrogate pair; expected \\ud800..\\udbff, then \\udc00..\\udfff"

static void test_parse_lone_surrogate_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("\"\\ud83d\""), "t.json:1:2: " LONE},
        {TEXT("\"\\ude00\""), "t.json:1:2: " LONE},
        {TEXT("\"a\\uD83Dx\""), "t.json:1:3: " LONE},
        {TEXT("\"\\ud83d\\u0041\""), "t.json:1:2: " LONE},
        {TEXT("\"\\ud83d\\ud83d\""), "t.json:1:2: " LONE},
        {TEXT("\"\\ude00\\ud83d\""), "t.json:1:2: " LONE},
        {TEXT("\"\\ude00\\ude00\""), "t.json:1:2: " LONE},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

static void test_parse_bad_number_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("[01]"), "t.json:1:2: number starts with 0; expected no leading zero"},
        {TEXT("[-012]"), "t.json:1:3: number starts with 0; expected no leading zero"},
        {TEXT("[+1]"), "t.json:1:2: found '+'; expected a value"},
        {TEXT("[.5]"), "t.json:1:2: found '.'; expected a value"},
        {TEXT("[1.]"), "t.json:1:4: found ']'; expected a digit"},
        {TEXT("[1.e3]"), "t.json:1:4: found 'e'; expected a digit"},
        {TEXT("[-]"), "t.json:1:3: found ']'; expected a digit"},
        {TEXT("[--1]"), "t.json:1:3: found '-'; expected a digit"},
        {TEXT("[1e]"), "t.json:1:4: found ']'; expected a digit"},
        {TEXT("[1e+]"), "t.json:1:5: found ']'; expected a digit"},
        {TEXT("1e"), "t.json:1:3: the text ends here; expected a digit"},
        {TEXT("[0x10]"), "t.json:1:3: found 'x'; expected ',' or ']'"},
        {TEXT("[1 2]"), "t.json:1:4: found '2'; expected ',' or ']'"},
        {TEXT("[1,5 ,1e999]"), "t.json:1:7: number is too large; expected less than 1.8e308"},
        {TEXT("[-1e400]"), "t.json:1:2: number is too large; expected less than 1.8e308"},
        {TEXT("[ 1234567890123456789012345678901234567890123456789012345678901234]"),
         "t.json:1:3: number of 64 characters; expected at most 63 characters"},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

/* The refusal names no word: it could be a password without its quotation marks. */
#define WORD "word without quotation marks; expected true, false, null or a string"

static void test_parse_misspelt_word_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("[True]"), "t.json:1:2: " WORD},  {TEXT("[tru]"), "t.json:1:2: " WORD},
        {TEXT("[truee]"), "t.json:1:2: " WORD}, {TEXT("[NULL]"), "t.json:1:2: " WORD},
        {TEXT("[NaN]"), "t.json:1:2: " WORD},   {TEXT("[Infinity]"), "t.json:1:2: " WORD},
        {TEXT("[null_]"), "t.json:1:2: " WORD}, {TEXT("{\"a\": hunter2}"), "t.json:1:7: " WORD},
        {TEXT("fals"), "t.json:1:1: " WORD},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

static void test_parse_bad_structure_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT(""), "t.json:1:1: the text ends here; expected a value"},
        {TEXT(" \n\t"), "t.json:2:2: the text ends here; expected a value"},
        {TEXT("{} x"), "t.json:1:4: found 'x'; expected nothing after the value"},
        {TEXT("1\n2"), "t.json:2:1: found '2'; expected nothing after the value"},
        {TEXT("[]]"), "t.json:1:3: found ']'; expected nothing after the value"},
        {TEXT("["), "t.json:1:2: the text ends here; expected a value"},
        {TEXT("[1"), "t.json:1:3: the text ends here; expected ',' or ']'"},
        {TEXT("[,]"), "t.json:1:2: found ','; expected a value"},
        {TEXT("[1,,]"), "t.json:1:4: found ','; expected a value"},
        {TEXT("[1}"), "t.json:1:3: found '}'; expected ',' or ']'"},
        {TEXT("{"), "t.json:1:2: the text ends here; expected a key in double quotation marks"},
        {TEXT("{,}"), "t.json:1:2: found ','; expected a key in double quotation marks"},
        {TEXT("{a:1}"), "t.json:1:2: found 'a'; expected a key in double quotation marks"},
        {TEXT("{\"a\"}"), "t.json:1:5: found '}'; expected ':' after the key"},
        {TEXT("{\"a\" = 1}"),
         "t.json:1:6: found '='; expected ':' after the key, as in \"key\": \"value\""},
        {TEXT("{\"a\":}"), "t.json:1:6: found '}'; expected a value"},
        {TEXT("{\"a\":1 \"b\":2}"), "t.json:1:8: found '\"'; expected ',' or '}'"},
        {TEXT("{\"a\":1]"), "t.json:1:7: found ']'; expected ',' or '}'"},
        {TEXT("{\"a\":1,,\"b\":2}"),
         "t.json:1:8: found ','; expected a key in double quotation marks"},
        {TEXT("[1\v]"), "t.json:1:3: found U+000B; expected ',' or ']'"},
        {TEXT("[1\xc2\xa0]"), "t.json:1:3: found '\xc2\xa0'; expected ',' or ']'"},
        {TEXT("[1\xe2\x80\xae]"), "t.json:1:3: found U+202E; expected ',' or ']'"},
        {TEXT("[1 / 2]"), "t.json:1:4: found '/'; expected ',' or ']'"},
        {TEXT("# no\n1"), "t.json:1:1: found '#'; expected a value"},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

static void test_parse_duplicate_key_refused(void **state)
{
    static const struct refusal rows[] = {
        {TEXT("{\"a\":1,\n \"b\":2, \"a\":3}"),
         "t.json:2:9: key \"a\" is already at 1:2; expected it once in an object"},
        {TEXT("{\"a\":1,\"\\u0061\":2}"),
         "t.json:1:8: key \"a\" is already at 1:2; expected it once in an object"},
        {TEXT("{\"\":1,\"\":2}"),
         "t.json:1:7: key \"\" is already at 1:2; expected it once in an object"},
        {TEXT("{\"z\":1,\"a\":2,\"z\":3,\"a\":4}"),
         "t.json:1:14: key \"z\" is already at 1:2; expected it once in an object"},
        {TEXT("{\"a\":1,\"a\":2,\"a\":3}"),
         "t.json:1:8: key \"a\" is already at 1:2; expected it once in an object"},
        {TEXT("[{\"x\":{\"k\\u001b\":1,\"k\\u001b\":2}}]"),
         "t.json:1:20: key \"k?\" is already at 1:8; expected it once in an object"},
    };

    (void)state;
    assert_all_refused(rows, CS_ARRAY_SIZE(rows));
}

static void test_parse_bad_comment_refused(void **state)
{
    (void)state;
    assert_refused(TEXT("[1,\n /* two"), CS_JSON_TOLERANT,
                   "t.json:2:2: comment is not closed; expected '*/' after it");
    assert_refused(TEXT("/*/"), CS_JSON_TOLERANT,
                   "t.json:1:1: comment is not closed; expected '*/' after it");
    assert_refused(TEXT("1 //\x1b[2J"), CS_JSON_TOLERANT,
                   "t.json:1:5: found U+001B; expected no control character in a comment");
    assert_refused(TEXT("// only"), CS_JSON_TOLERANT,
                   "t.json:1:8: the text ends here; expected a value");
    assert_refused(TEXT("/* \xff */1"), CS_JSON_TOLERANT,
                   "t.json:1:4: byte 0xff is not UTF-8; expected UTF-8");
}

static void test_parse_failure_without_error_reported(void **state)
{
    struct cs_json *document = NULL;

    (void)state;
    assert_int_equal(cs_json_parse("t", "[", 1, CS_JSON_STRICT, &document, NULL), CS_ERR_INPUT);
    assert_null(document);
}

static void test_parse_hostile_name_cleaned_and_bounded(void **state)
{
    struct cs_json *document = NULL;
    struct cs_error error = {0};
    char name[400];

    (void)state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    memcpy(name + sizeof name - 7, "\n\x1b.end", 7);
    assert_int_equal(cs_json_parse(name, "?", 1, CS_JSON_STRICT, &document, &error), CS_ERR_INPUT);
    assert_int_equal(strncmp(error.text, "...aaa", 6), 0);
    assert_non_null(strstr(error.text, "aa??.end:1:1: found '?'; expected a value"));
    assert_true(strlen(error.text) < 240);
}

/* Refused in strict mode, ignored in tolerant mode. */
static void test_parse_extensions_by_mode(void **state)
{
    static const struct {
        const char *text, *strict;
    } rows[] = {
        {"[1,2,]", "t.json:1:5: comma before ']'; expected no trailing comma"},
        {"[1,2 ,\n ]", "t.json:1:6: comma before ']'; expected no trailing comma"},
        {"[1,2,/* last */]", "t.json:1:6: comment; expected JSON without comments"},
        {"/* a\n * b */[1,2]", "t.json:1:1: comment; expected JSON without comments"},
        {"[1, // one\n2]", "t.json:1:5: comment; expected JSON without comments"},
        {"[1,2] // end", "t.json:1:7: comment; expected JSON without comments"},
        {"[1,2]//", "t.json:1:6: comment; expected JSON without comments"},
        {"[1/**/,/***/2/* // */]", "t.json:1:3: comment; expected JSON without comments"},
        {"[1,2]/* \"\xc3\xa9 */", "t.json:1:6: comment; expected JSON without comments"},
        {"// a\r\n[1,\t2]", "t.json:1:1: comment; expected JSON without comments"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *document = parse(rows[i].text, CS_JSON_TOLERANT);
        const struct cs_json_value *first = cs_json_first(cs_json_root(document));
        int64_t number = 0;

        assert_int_equal(cs_json_count(cs_json_root(document)), 2);
        assert_true(cs_json_integer(first, &number));
        assert_int_equal(number, 1);
        assert_true(cs_json_integer(cs_json_next(first), &number));
        assert_int_equal(number, 2);
        assert_refused(rows[i].text, strlen(rows[i].text), CS_JSON_STRICT, rows[i].strict);
    }
}

static void test_parse_object_trailing_comma_by_mode(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;

    (void)state;
    document = parse("{\"a\":{\"b\":1,},}", CS_JSON_TOLERANT);
    assert_int_equal(cs_json_count(cs_json_root(document)), 1);
    assert_refused(TEXT("{\"a\":{\"b\":1,}}"), CS_JSON_STRICT,
                   "t.json:1:12: comma before '}'; expected no trailing comma");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_bad_encoding_refused),
        cmocka_unit_test(test_parse_bad_string_refused),
        cmocka_unit_test(test_parse_nul_escape_refused),
        cmocka_unit_test(test_parse_lone_surrogate_refused),
        cmocka_unit_test(test_parse_bad_number_refused),
        cmocka_unit_test(test_parse_misspelt_word_refused),
        cmocka_unit_test(test_parse_bad_structure_refused),
        cmocka_unit_test(test_parse_duplicate_key_refused),
        cmocka_unit_test(test_parse_bad_comment_refused),
        cmocka_unit_test(test_parse_failure_without_error_reported),
        cmocka_unit_test(test_parse_hostile_name_cleaned_and_bounded),
        cmocka_unit_test(test_parse_extensions_by_mode),
        cmocka_unit_test(test_parse_object_trailing_comma_by_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
