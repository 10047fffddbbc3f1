/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "providers/local/base32.h"

static void assert_decoded(const char *text, size_t length, const char *data, size_t data_length)
{
    CS_AUTO(cs_secret_free) struct cs_secret decoded = {0};
    struct cs_error error = {0};

    if (cs_base32_decode(text, length, &decoded, &error) != CS_OK)
        fail_msg("'%s': %s", text, error.text);
    assert_holds(&decoded, data, data_length);
}

static void test_base32_rfc4648_vectors(void **state)
{
    static const char *const rows[][3] = {
        {"", "", ""},
        {"f", "MY", "MY======"},
        {"fo", "MZXQ", "MZXQ===="},
        {"foo", "MZXW6", "MZXW6==="},
        {"foob", "MZXW6YQ", "MZXW6YQ="},
        {"fooba", "MZXW6YTB", "MZXW6YTB"},
        {"foobar", "MZXW6YTBOI", "MZXW6YTBOI======"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};

        assert_int_equal(cs_base32_encode(rows[i][0], strlen(rows[i][0]), &text), CS_OK);
        assert_string_equal(text.data, rows[i][1]);
        assert_decoded(rows[i][1], strlen(rows[i][1]), rows[i][0], strlen(rows[i][0]));
        assert_decoded(rows[i][2], strlen(rows[i][2]), rows[i][0], strlen(rows[i][0]));
    }
}

static void test_base32_every_length_round_trip(void **state)
{
    unsigned char data[130];

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 37 + 201);
    for (size_t length = 0; length <= sizeof data; length++) {
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};

        assert_int_equal(cs_base32_encode(data, length, &text), CS_OK);
        assert_int_equal(text.length, (length * 8 + 4) / 5);
        assert_decoded(text.data, text.length, (const char *)data, length);
    }
}

static void test_base32_case_blanks_and_hyphens_free(void **state)
{
    (void)state;
    assert_decoded(TEXT("mzxw6ytboi"), TEXT("foobar"));
    assert_decoded(TEXT(" MZXW-6ytb\tOI==\r\n===="), TEXT("foobar"));
    assert_decoded(TEXT("MY="), TEXT("f")); /* apps cut the padding anywhere */
}

static void test_base32_refusals(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *refusal;
    } rows[] = {
        {TEXT("MZXW0YTB"), "character 5 "}, {TEXT("MZXW1"), "character 5 "},
        {TEXT("MZXW8"), "character 5 "},    {TEXT("MZXW9"), "character 5 "},
        {TEXT("MZ\0W"), "character 3 "},    {TEXT("MZX\xc3\xb6"), "character 4 "},
        {TEXT("MY==A==="), "character 5 "}, {TEXT("=MY"), "character 2 "},
        {TEXT("MZ_W"), "character 3 "},     {TEXT("M"), "cut short"},
        {TEXT("MZX"), "cut short"},         {TEXT("MZXW6Y"), "cut short"},
        {TEXT("MZ"), "cut short"}, /* left-over bits */
        {TEXT("A"), "cut short"},           {TEXT("AAA"), "cut short"},
        {TEXT("AAAAAA"), "cut short"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret decoded = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_base32_decode(rows[i].text, rows[i].length, &decoded, &error),
                         CS_ERR_INPUT);
        assert_contains(error.text, rows[i].refusal);
        assert_null(strstr(error.text, "MZ")); /* never quotes the secret */
        assert_null(decoded.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base32_rfc4648_vectors),
        cmocka_unit_test(test_base32_every_length_round_trip),
        cmocka_unit_test(test_base32_case_blanks_and_hyphens_free),
        cmocka_unit_test(test_base32_refusals),
    };

    return cmocka_run_group_tests_name("base32", tests, NULL, NULL);
}
