/* SPDX-License-Identifier: Apache-2.0 */
/* Digits of input methods (full width, Arabic-Indic, Persian, Devanagari) are digits in codes and
 * menus, and never in passwords. */
#include "tests/unit/unit.h"

#include "base/typed_code.h"
#include "conversation/menu.h"
#include "methods/password.h"

static const struct cs_menu_entry entries[] = {
    {CS_TEXT_EMAIL, "alice@example.com", "emailotp", true, false},
    {CS_TEXT_SMS, "+15551234567", "smsotp", true, false},
    {CS_TEXT_TOTP, NULL, "totp", false, true},
};
static const struct cs_menu menu = {entries, CS_ARRAY_SIZE(entries)};

static enum cs_choice_kind parse(const char *typed, size_t *ret_index, bool *ret_turn)
{
    const struct cs_secret answer = {(char *)(uintptr_t)typed, strlen(typed)};
    struct cs_catalogue english;
    const struct cs_phrasebook book = {.catalogue = &english};

    cs_catalogue_english(&english);
    return cs_menu_parse(&book, &menu, &answer, true, ret_index, ret_turn);
}

static void test_a_menu_takes_them(void **state)
{
    static const struct {
        const char *answer;
        enum cs_choice_kind kind;
        size_t index;
    } rows[] = {
        {"３", CS_CHOICE_ENTRY, 2},
        {"０２", CS_CHOICE_ENTRY, 1},
        {"\u3000２\u3000", CS_CHOICE_ENTRY, 1},
        {"٣", CS_CHOICE_ENTRY, 2},
        {"۲", CS_CHOICE_ENTRY, 1},
        {"१", CS_CHOICE_ENTRY, 0},
        {"４", CS_CHOICE_NONE, 9},
        {"１２３４５６", CS_CHOICE_CODE, 2},
        {"١٢٣٤٥٦", CS_CHOICE_CODE, 2},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        size_t index = 9;
        bool turn = true;
        enum cs_choice_kind kind = parse(rows[i].answer, &index, &turn);

        if (kind != rows[i].kind || (kind != CS_CHOICE_NONE && index != rows[i].index))
            fail_msg("'%s': %d, entry %zu", rows[i].answer, (int)kind, index);
        assert_false(turn);
    }
}

static void test_a_menu_turns_its_page_for_a_zero(void **state)
{
    static const char *const zeros[] = {"0", "０", "٠", "۰", "०"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(zeros); i++) {
        size_t index;
        bool turn = false;

        assert_int_equal(parse(zeros[i], &index, &turn), CS_CHOICE_NONE);
        assert_true(turn);
    }
}

static void test_a_code_takes_them_and_a_password_does_not(void **state)
{
    static const char *const lines[] = {"１２３４５６:１２", "١٢٣٤٥٦:١٢", "१२३४५६:१२"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(lines); i++) {
        const struct cs_secret line = {(char *)(uintptr_t)lines[i], strlen(lines[i])};
        CS_AUTO(cs_combined_clear) struct cs_combined parts = {0};
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};
        bool has_code = false;

        assert_int_equal(cs_combined_split(&line, ":", false, true, &parts, &has_code, NULL),
                         CS_OK);
        assert_true(has_code);
        assert_int_equal(cs_typed_code(&parts.code, &code), CS_OK);
        assert_string_equal(code.data, "123456");
        assert_string_equal(parts.password.data, strchr(lines[i], ':') + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_menu_takes_them),
        cmocka_unit_test(test_a_menu_turns_its_page_for_a_zero),
        cmocka_unit_test(test_a_code_takes_them_and_a_password_does_not),
    };

    return cmocka_run_group_tests_name("digits", tests, NULL, NULL);
}
