/* SPDX-License-Identifier: Apache-2.0 */
/* Which form of a text goes with a number; check.translations compares the rules with those in the
 * catalogues' headers. */
#include "tests/unit/unit.h"

#include "i18n/plural.h"

static void test_form_of_numbers(void **state)
{
    static const struct {
        const char *language;
        unsigned long number;
        unsigned form;
    } rows[] = {
        {"", 0, 1},      {"", 1, 0},      {"", 2, 1},     {"fr", 0, 0},   {"fr", 1, 0},
        {"fr_CA", 2, 1}, {"ja", 5, 0},    {"cs", 1, 0},   {"cs", 4, 1},   {"cs", 5, 2},
        {"cs", 22, 2},   {"pl", 21, 2},   {"pl", 22, 1},  {"pl", 12, 2},  {"ru", 1, 0},
        {"ru", 11, 2},   {"ru", 21, 0},   {"ru", 3, 1},   {"ru", 13, 2},  {"uk", 5, 2},
        {"ar", 0, 0},    {"ar", 1, 1},    {"ar", 2, 2},   {"ar", 3, 3},   {"ar", 11, 4},
        {"ar", 99, 4},   {"ar", 100, 5},  {"ar", 102, 5}, {"ar", 103, 3}, {"zh_CN", 7, 0},
        {"de", 1, 0},    {"pt_BR", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_plural *plural = cs_plural_of(rows[i].language);

        assert_non_null(plural);
        if (plural->form(rows[i].number) != rows[i].form)
            fail_msg("%s: %lu", rows[i].language, rows[i].number);
    }
    assert_null(cs_plural_of("xx"));
}

static void test_every_form_is_one_of_them(void **state)
{
    static const char *const languages[] = {"",      "ar", "cs", "de", "es", "fr",
                                            "he",    "it", "ja", "ko", "nl", "pl",
                                            "pt_BR", "ru", "sv", "tr", "uk", "zh_CN"};
    static const char forms[] = "0\0001\0002\0003\0004\0005";

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(languages); i++) {
        const struct cs_plural *plural = cs_plural_of(languages[i]);

        assert_non_null(plural);
        assert_uint_in_range(plural->forms, 1, CS_PLURAL_FORMS_MAX);
        for (unsigned long number = 0; number < 1000; number++) {
            const char *form = cs_plural_choose(plural, forms, number);

            assert_uint_in_range((unsigned)(form[0] - '0'), 0, plural->forms - 1);
            assert_int_equal((unsigned)(form[0] - '0'), plural->form(number));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_of_numbers),
        cmocka_unit_test(test_every_form_is_one_of_them),
    };

    return cmocka_run_group_tests_name("plural", tests, NULL, NULL);
}
