/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "i18n/language.h"

static void test_parse(void **state)
{
    static const char *const rows[][2] = {{"fr", "fr"},
                                          {"FR", "fr"},
                                          {"fr-CA", "fr_CA"},
                                          {"pt_br", "pt_BR"},
                                          {"pt_BR.UTF-8", "pt_BR"},
                                          {"de@euro", "de"},
                                          {"gsw_CH", "gsw_CH"},
                                          {"", NULL},
                                          {"f", NULL},
                                          {"french", NULL},
                                          {"fr_", NULL},
                                          {"fr_CAN", NULL},
                                          {"fr/CA", NULL},
                                          {"../fr", NULL},
                                          {"fr_C1", NULL},
                                          {"fr CA", NULL},
                                          {"C", NULL},
                                          {"POSIX", NULL},
                                          {".UTF-8", NULL},
                                          {"\xc3\xa9", NULL}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char language[CS_LANGUAGE_SIZE] = "x";

        assert_int_equal(cs_language_parse(rows[i][0], language), rows[i][1] != NULL);
        assert_string_equal(language, rows[i][1] ? rows[i][1] : "");
    }
    assert_false(cs_language_parse(NULL, (char[CS_LANGUAGE_SIZE]){0}));
}

static void test_parent_and_direction(void **state)
{
    char parent[CS_LANGUAGE_SIZE] = "";

    (void)state;
    assert_true(cs_language_parent("fr_CA", parent));
    assert_string_equal(parent, "fr");
    assert_false(cs_language_parent("fr", parent));
    assert_false(cs_language_parent("", parent));
    assert_true(cs_language_nearest("zh", parent));
    assert_string_equal(parent, "zh_CN");
    assert_true(cs_language_nearest("pt", parent));
    assert_string_equal(parent, "pt_BR");
    assert_false(cs_language_nearest("zh_TW", parent)); /* by way of its parent */
    assert_false(cs_language_nearest("fr", parent));
    assert_true(cs_language_is_rtl("ar"));
    assert_true(cs_language_is_rtl("he_IL"));
    assert_false(cs_language_is_rtl("arn"));
    assert_false(cs_language_is_rtl("fr"));
    assert_false(cs_language_is_rtl(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parent_and_direction),
    };

    return cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
