/* SPDX-License-Identifier: Apache-2.0 */
/* CSV, as RFC 4180 has it and not otherwise. */
#include "tests/unit/unit.h"

#include "cli/csv.h"

enum { MOST = 4 };

/* "a|b/c|d/": records and fields; what is wrong is "!LINE:COLUMN/". */
static void assert_read(const char *text, char separator, const char *wanted)
{
    CS_AUTO(cs_string_free) char *copy = strdup(text);
    CS_AUTO(cs_buffer_free) struct cs_buffer found = {0};
    struct cs_csv csv = {.rest = copy, .separator = separator, .line = 1, .column = 1};
    struct cs_csv_field fields[MOST], wrong;
    size_t count = 1;

    for (unsigned i = 0; i < 20 && count > 0; i++) {
        struct cs_error error = {0};

        if (cs_csv_next(&csv, fields, MOST, &count, &wrong, &error) != CS_OK) {
            assert_int_equal(error.code, CS_ERR_INPUT);
            cs_buffer_printf(&found, "!%zu:%zu/", wrong.line, wrong.column);
            count = 1;
            continue;
        }
        for (size_t f = 0; f < count && f < MOST; f++)
            cs_buffer_printf(&found, "%s%s", f > 0 ? "|" : "", fields[f].text);
        cs_buffer_text(&found, count > 0 ? "/" : "");
    }
    assert_int_equal(count, 0);
    assert_string_equal(found.text ? found.text : "", wanted);
}

static void test_what_the_standard_allows(void **state)
{
    (void)state;
    assert_read("", ',', "");
    assert_read("a,b\nc,d\n", ',', "a|b/c|d/");
    assert_read("a,b\r\nc,d", ',', "a|b/c|d/");
    assert_read("a,\r\n,b\n,\n", ',', "a|/|b/|/");
    assert_read("\"a,b\",\"c\"\"d\"\n", ',', "a,b|c\"d/");
    assert_read("\"\",\"\"\"\"\n", ',', "|\"/");
    assert_read("\"a\nb\",c\nd", ',', "a\nb|c/d/");
    assert_read("\n\r\na\n\n\nb\n\n", ',', "a/b/");
    assert_read(" a , b \n", ',', " a | b /"); /* "Spaces are considered part of a field" */
    assert_read("a;b,c;d\n", ';', "a|b,c|d/");
    assert_read("a;b\n", ',', "a;b/");
    assert_read("1,2,3,4,5,6\n7\n", ',', "1|2|3|4/7/"); /* the rest is counted */
}

static void test_what_is_no_csv_is_said_with_its_place(void **state)
{
    (void)state;
    assert_read("a,b\"c\nd\n", ',', "!1:4/d/");
    assert_read("a\n\"b\"c,d\ne\n", ',', "a/!2:4/e/");
    assert_read("a,\"b\n\nc", ',', "!1:3/");
    assert_read("a\rb\nc\n", ',', "!1:2/c/");
    assert_read("\xc3\xa4\xc3\xb6,x\"\nc\n", ',', "!1:5/c/"); /* characters, not bytes */
    assert_read("\"a\nb\",\"c\"d\ne\n", ',', "!2:7/e/");
}

static void test_each_field_has_its_place(void **state)
{
    char text[] = "a,\"b\nb\",c\nd\n";
    struct cs_csv csv = {.rest = text, .separator = ',', .line = 1, .column = 1};
    struct cs_csv_field fields[MOST], wrong;
    size_t count = 0;

    (void)state;
    assert_int_equal(cs_csv_next(&csv, fields, MOST, &count, &wrong, NULL), CS_OK);
    assert_int_equal(count, 3);
    assert_int_equal(fields[0].line * 100 + fields[0].column, 101);
    assert_int_equal(fields[1].line * 100 + fields[1].column, 103);
    assert_int_equal(fields[2].line * 100 + fields[2].column, 204);
    assert_int_equal(cs_csv_next(&csv, fields, MOST, &count, &wrong, NULL), CS_OK);
    assert_int_equal(fields[0].line * 100 + fields[0].column, 301);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_standard_allows),
        cmocka_unit_test(test_what_is_no_csv_is_said_with_its_place),
        cmocka_unit_test(test_each_field_has_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
