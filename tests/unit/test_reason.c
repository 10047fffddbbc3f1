/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/reason.h"

static void every_word_is_of_its_own_and_safe_in_the_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_REASONS; i++) {
        const char *name = cs_reason_name((enum cs_reason)i);

        assert_true(name[0] != '\0');
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(name));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(name, cs_reason_name((enum cs_reason)j));
    }
    assert_string_equal(cs_reason_name(CS_REASON_NONE), "none");
    assert_int_equal(CS_REASON_NONE, 0); /* what is not set is none */
}

static void every_reason_says_in_sentences_what_it_means_and_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_REASONS; i++) {
        const char *const texts[] = {cs_reasons[i].cause, cs_reasons[i].advice};

        for (size_t t = 0; t < CS_ARRAY_SIZE(texts); t++) {
            size_t length = strlen(texts[t]);

            assert_true(length > 5);
            assert_true(texts[t][length - 1] == '.');
            assert_null(strchr(texts[t], '\n'));
            assert_null(strstr(texts[t], "  "));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_of_its_own_and_safe_in_the_log),
        cmocka_unit_test(every_reason_says_in_sentences_what_it_means_and_what_to_do),
    };

    return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
