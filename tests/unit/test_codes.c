/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "providers/local/codes.h"

static void test_generate_60_random_bits(void **state)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    enum { CODES = 4000 };
    unsigned seen[CS_RECOVERY_SYMBOLS][32] = {{0}};

    (void)state;
    for (int i = 0; i < CODES; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};

        assert_int_equal(cs_recovery_generate(&code, NULL), CS_OK);
        assert_int_equal(code.length, CS_RECOVERY_SYMBOLS);
        for (size_t s = 0; s < code.length; s++) {
            const char *place = strchr(alphabet, code.data[s]);

            assert_non_null(place);
            seen[s][place - alphabet]++;
        }
    }
    /* 125 expected of each symbol at each place; 60 to 210 is more than five deviations away. */
    for (size_t s = 0; s < CS_RECOVERY_SYMBOLS; s++) {
        for (size_t v = 0; v < 32; v++)
            assert_uint_in_range(seen[s][v], 60, 210);
    }
}

static void test_show_groups_of_four_parse_back(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    CS_AUTO(cs_secret_free) struct cs_secret back = {0};
    char shown[CS_RECOVERY_SHOWN_SIZE];

    (void)state;
    cs_recovery_show(SECRET("ABCDEFGHJKMN"), shown);
    assert_string_equal(shown, "ABCD-EFGH-JKMN");
    for (int i = 0; i < 100; i++) {
        assert_int_equal(cs_recovery_generate(&code, NULL), CS_OK);
        cs_recovery_show(&code, shown);
        assert_true(cs_recovery_parse(&(struct cs_secret){shown, strlen(shown)}, &back));
        assert_holds(&back, code.data, code.length);
    }
}

static void test_parse_as_people_type(void **state)
{
    static const char *const rows[][2] = {
        {"ABCD-EFGH-JKMN", "ABCDEFGHJKMN"},        {"abcd-efgh-jkmn", "ABCDEFGHJKMN"},
        {"  ab cd ef-gh--jk mn ", "ABCDEFGHJKMN"}, {"oO0o-iIlL-1i1l", "000011111111"},
        {"pqrs-tvwx-yz23", "PQRSTVWXYZ23"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret typed = {0};
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};

        assert_int_equal(cs_secret_set(&typed, rows[i][0], strlen(rows[i][0])), CS_OK);
        assert_true(cs_recovery_parse(&typed, &code));
        assert_holds(&code, rows[i][1], CS_RECOVERY_SYMBOLS);
    }
}

/* As another program made them, and only in digits: an O is no zero there. */
static void test_parse_emergency_codes(void **state)
{
    static const struct {
        const char *typed;
        bool good;
    } rows[] = {{"12345678", true},   {" 1234-5678 ", true}, {"1234567", false},
                {"123456789", false}, {"1234567O", false},   {"1234567a", false}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret typed = {0};
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};

        assert_int_equal(cs_secret_set(&typed, rows[i].typed, strlen(rows[i].typed)), CS_OK);
        assert_int_equal(cs_recovery_parse(&typed, &code), rows[i].good);
        if (rows[i].good)
            assert_holds(&code, "12345678", CS_EMERGENCY_DIGITS);
    }
}

static void test_parse_other_forms_refused(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {TEXT("")},
        {TEXT("   ---")},
        {TEXT("123456")},
        {TEXT("ABCDEFGHJKM")},
        {TEXT("ABCDEFGHJKMNP")},
        {TEXT("ABCDEFGHJKMU")}, /* no U */
        {TEXT("ABCDEFGHJKM\0")},
        {TEXT("ABCDEFGHJKM\t")},
        {TEXT("ABCDEFGHJKM_")},
        {TEXT("\xef\xbc\xa1\xef\xbc\xa1\xef\xbc\xa1\xef\xbc\xa1")}, /* full-width letters */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret typed = {0};
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};

        assert_int_equal(cs_secret_set(&typed, rows[i].text, rows[i].length), CS_OK);
        if (cs_recovery_parse(&typed, &code))
            fail_msg("row %zu accepted", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generate_60_random_bits),
        cmocka_unit_test(test_show_groups_of_four_parse_back),
        cmocka_unit_test(test_parse_as_people_type),
        cmocka_unit_test(test_parse_emergency_codes),
        cmocka_unit_test(test_parse_other_forms_refused),
    };

    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
