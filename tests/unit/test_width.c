/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "conversation/width.h"

static void test_code_columns(void **state)
{
    static const struct {
        unsigned long code;
        unsigned columns;
    } rows[] = {{'a', 1},    {0xe9, 1},   {0x301, 0},   {0x5d0, 1},   {0x5b0, 0},
                {0x64b, 0},  {0x65e5, 2}, {0xac00, 2},  {0xff1a, 2},  {0x1f511, 2},
                {0x2068, 0}, {0x2022, 1}, {0x20000, 2}, {0x10ffff, 1}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_int_equal(cs_code_columns(rows[i].code), rows[i].columns);
}

static void test_text_columns_of_the_widest_line(void **state)
{
    (void)state;
    assert_int_equal(cs_text_columns("", 0), 0);
    assert_int_equal(cs_text_columns(TEXT("abc\nab")), 3);
    assert_int_equal(cs_text_columns(TEXT("a\nabcd\n")), 4);
    assert_int_equal(cs_text_columns(TEXT("確認コード: ")), 12);
    assert_int_equal(cs_text_columns(TEXT("e\u0301e")), 2);
    assert_int_equal(cs_text_columns(TEXT("\xff\xe6\x97")), 3); /* invalid: one for each byte */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_columns),
        cmocka_unit_test(test_text_columns_of_the_widest_line),
    };

    return cmocka_run_group_tests_name("width", tests, NULL, NULL);
}
