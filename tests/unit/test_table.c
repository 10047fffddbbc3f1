/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "cli/table.h"

/* What the table prints, in memory; the caller frees it. */
static char *printed(const struct cs_table *table)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    assert_non_null(out);
    assert_int_equal(cs_table_print(table, out, NULL), CS_OK);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_prints(struct cs_table *table, const char *wanted)
{
    char *text = printed(table);

    assert_string_equal(text, wanted);
    free(text);
    cs_table_clear(table);
}

static void test_widths_follow_the_contents(void **state)
{
    struct cs_table table = {.columns = 3, .indent = 1};

    (void)state;
    cs_table_add(&table, "ID", "KIND", "LABEL");
    cs_table_add(&table, "1", "authenticator", "phone");
    cs_table_add(&table, "1234", "key", "");
    assert_prints(&table, " ID    KIND           LABEL\n"
                          " 1     authenticator  phone\n"
                          " 1234  key\n");
}

static void test_numbers_are_aligned_to_the_right(void **state)
{
    struct cs_table table = {.columns = 3, .numbers = 1u << 0 | 1u << 2};

    (void)state;
    cs_table_add(&table, "7", "a", "10");
    cs_table_add(&table, "123", "bc", "5");
    assert_prints(&table, "  7  a   10\n"
                          "123  bc   5\n");
}

static void test_width_is_counted_in_columns_of_a_terminal(void **state)
{
    struct cs_table table = {.columns = 2};

    (void)state;
    cs_table_add(&table, "確認", "x");
    cs_table_add(&table, "e\u0301", "x");
    cs_table_add(&table, "abcde", "x");
    assert_prints(&table, "確認   x\n"
                          "e\u0301      x\n"
                          "abcde  x\n");
}

static void test_cells_are_clean(void **state)
{
    struct cs_table table = {.columns = 2};

    (void)state;
    cs_table_add(&table, "a\x1b[31m", "b\nc");
    cs_table_add(&table, "", "last");
    assert_prints(&table, "a?[31m  b?c\n"
                          "        last\n");
}

static void test_nothing(void **state)
{
    struct cs_table table = {.columns = 2};

    (void)state;
    assert_prints(&table, "");
}

static void test_a_missing_row_is_an_error(void **state)
{
    struct cs_table table = {.columns = 1, .failed = true};
    struct cs_error error = {0};

    (void)state;
    cs_table_add(&table, "x");
    assert_int_equal(cs_table_print(&table, stdout, &error), CS_ERR_NOMEM);
    assert_int_equal(table.cells.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths_follow_the_contents),
        cmocka_unit_test(test_numbers_are_aligned_to_the_right),
        cmocka_unit_test(test_width_is_counted_in_columns_of_a_terminal),
        cmocka_unit_test(test_cells_are_clean),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_a_missing_row_is_an_error),
    };

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
