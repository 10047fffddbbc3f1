/* SPDX-License-Identifier: Apache-2.0 */
/* Members added to the text of a configuration: what was there stays, and the whole is JSON. */
#include "tests/unit/unit.h"

#include "cli/config_insert.h"

static struct cs_json_writer *one_member(void)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "n", "tab\tand \"quote\"");
    cs_json_write_end(writer);
    return writer;
}

#define N "    \"n\": \"tab\\tand \\\"quote\\\"\"\n"

static const struct {
    const char *text, *wanted;
} rows[] = {
    {"", "{\n" N "}\n"},
    {"// nothing", "// nothing\n{\n" N "}\n"},
    {"/* nothing */\n", "/* nothing */\n{\n" N "}\n"},
    {"{}", "{\n" N "}"},
    {"{}\n// end\n", "{\n" N "}\n// end\n"},
    {"{\n}\n", "{\n" N "}\n"},
    {"{\n  }\n", "{\n" N "  }\n"},
    {"{\n    // \"a\": 1,\n}\n", "{\n    // \"a\": 1,\n" N "}\n"},
    {"{ \"a\": 1 }", "{ \"a\": 1,\n" N "}"},
    {"{\"a\": 1,}", "{\"a\": 1,\n" N "}"},
    {"{\n\"a\": 1 // one }\n}", "{\n\"a\": 1, // one }\n" N "}"},
    {"{\n\"a\": 1, // one\n/* } */ }", "{\n\"a\": 1, // one\n/* } */\n" N "}"},
    {"{\"a\": {\"b\": [1]}\n}", "{\"a\": {\"b\": [1]},\n" N "}"},
    {"{\"a\": {}}", "{\"a\": {},\n" N "}"},
    {"{\"a\": \"}\\\"}\\\\\" /* // */ }", "{\"a\": \"}\\\"}\\\\\", /* // */\n" N "}"},
    {"{\"a//b\": \"/*\"}", "{\"a//b\": \"/*\",\n" N "}"},
    {"{\r\n\t\"a\": 1\r\n}\r\n", "{\r\n\t\"a\": 1,\r\n" N "}\r\n"},
};

static void test_members_come_last_and_the_rest_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = one_member();
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        if (cs_config_insert(rows[i].text, strlen(rows[i].text), writer, &out, &error) != CS_OK)
            fail_msg("'%s': %s", rows[i].text, error.text);
        assert_string_equal(out.text, rows[i].wanted);
    }
}

static void test_the_whole_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *document = NULL;
        struct cs_error error = {0};

        if (cs_json_parse("text", rows[i].wanted, strlen(rows[i].wanted), CS_JSON_TOLERANT,
                          &document, &error) != CS_OK)
            fail_msg("%s", error.text);
        assert_string_equal(cs_json_string(cs_json_get(cs_json_root(document), "n"), NULL),
                            "tab\tand \"quote\"");
    }
}

static void test_nothing_to_add_is_refused(void **state)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_config_insert("{}", 2, NULL, &out, &error), CS_ERR_NOMEM);
    cs_json_write_array(writer, NULL);
    cs_json_write_end(writer);
    assert_int_equal(cs_config_insert("{}", 2, writer, &out, &error), CS_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_come_last_and_the_rest_stays),
        cmocka_unit_test(test_the_whole_is_json),
        cmocka_unit_test(test_nothing_to_add_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
