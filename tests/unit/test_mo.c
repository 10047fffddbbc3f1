/* SPDX-License-Identifier: Apache-2.0 */
/* The loader of gettext catalogues on good, damaged and hostile files. */
#include "tests/unit/unit.h"

#include "i18n/mo.h"
#include "tests/support/mo_file.h"
#include "tests/unit/languages.h"

enum { COUNT_PLACE = 8, ORIGINALS_PLACE = 12, TRANSLATIONS_PLACE = 16, HEADER_BYTES = 28 };

static const struct mo_message messages[] = {
    {"otp_prompt", "Verification code: ", "Code de vérification : "},
    {"choice_end", "Your choice (1-%T): ", "Votre choix (1-%T) : "},
    {"wait_enter", "Then press Enter here: ", ""},
};

/* Parses a copy of exactly that length, so that a sanitizer sees the first byte beyond. */
static enum cs_err parse(const char *data, size_t length, struct cs_mo **ret_mo,
                         struct cs_error *error)
{
    char *copy = malloc(length ? length : 1);
    enum cs_err result;

    assert_non_null(copy);
    memcpy(copy, data, length);
    result = cs_mo_parse("x.mo", copy, length, ret_mo, error);
    free(copy);
    assert_int_equal(result == CS_OK, *ret_mo != NULL);
    return result;
}

static void assert_refused(const char *data, size_t length, const char *text)
{
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    struct cs_error error = {0};

    if (parse(data, length, &mo, &error) != CS_ERR_INPUT)
        fail_msg("accepted; expected: %s", text);
    assert_memory_equal(error.text, "x.mo: ", 6);
    assert_contains(error.text, text);
}

/* An accepted file survives any look-up. */
static void look_everywhere(const struct cs_mo *mo)
{
    for (size_t key = 0; key < CS_TEXTS; key++) {
        const char *text = cs_mo_find(mo, cs_texts[key].key, cs_texts[key].english);

        if (text != NULL)
            assert_uint_in_range(strlen(text), 1, CS_MO_BYTES_MAX);
        if (cs_texts[key].counted)
            (void)cs_mo_find_forms(mo, cs_texts[key].key, cs_texts[key].english, 3);
    }
    (void)cs_mo_find(mo, "", "");
}

static void set_word(struct cs_buffer *file, size_t place, uint32_t word)
{
    memcpy(file->text + place, &word, sizeof word);
}

static void test_find_both_byte_orders(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer file = {0};
        CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;

        mo_file_write(&file, messages, CS_ARRAY_SIZE(messages), swapped);
        assert_int_equal(parse(file.text, file.length, &mo, NULL), CS_OK);
        for (size_t i = 0; i < 2; i++)
            assert_string_equal(cs_mo_find(mo, messages[i].context, messages[i].text),
                                messages[i].translation);
        assert_null(cs_mo_find(mo, "wait_enter", "Then press Enter here: ")); /* empty */
        assert_null(cs_mo_find(mo, "otp_prompt", "Your choice (1-%T): "));
        assert_null(cs_mo_find(mo, "otp_promp", "Verification code: "));
        assert_null(cs_mo_find(mo, "otp_prompt", "Verification code:"));
        assert_null(cs_mo_find(mo, "", "otp_prompt\004Verification code: "));
    }
}

static void test_parse_truncated_everywhere_refused(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret file = {0};

    (void)state;
    read_catalogue_file("fr", &file);
    for (size_t length = 0; length < file.length; length++)
        assert_refused(file.data, length, length < 20 ? "a gettext catalogue" : "outside");
}

static void test_parse_every_byte_of_the_tables_flipped_never_crashes(void **state)
{
    static const unsigned char flips[] = {0x01, 0x80, 0xff, 0x10};
    CS_AUTO(cs_secret_free) struct cs_secret file = {0};
    uint32_t count, translations;
    size_t accepted = 0, refused = 0;

    (void)state;
    read_catalogue_file("ja", &file);
    memcpy(&count, file.data + COUNT_PLACE, sizeof count);
    memcpy(&translations, file.data + TRANSLATIONS_PLACE, sizeof translations);
    for (size_t i = 0; i < translations + 8 * (size_t)count; i++) {
        for (size_t f = 0; f < sizeof flips; f++) {
            CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
            struct cs_error error = {0};

            file.data[i] = (char)((unsigned char)file.data[i] ^ flips[f]);
            if (parse(file.data, file.length, &mo, &error) == CS_OK) {
                look_everywhere(mo);
                accepted++;
            } else {
                assert_memory_equal(error.text, "x.mo: ", 6);
                refused++;
            }
            file.data[i] = (char)((unsigned char)file.data[i] ^ flips[f]);
        }
    }
    assert_true(accepted > 10 && refused > 500);
}

static void test_parse_bad_headers_refused(void **state)
{
    static const struct {
        size_t place;
        uint32_t word;
        const char *text;
    } rows[] = {
        {0, 0x950412df, "not a gettext catalogue"},
        {4, 0x00010000, "not a gettext catalogue"}, /* a major revision that is not ours */
        {COUNT_PLACE, CS_MO_STRINGS_MAX + 1, "table lies outside"},
        {COUNT_PLACE, 4096, "table lies outside"},
        {COUNT_PLACE, UINT32_MAX, "table lies outside"},
        {COUNT_PLACE, 0x20000001, "table lies outside"}, /* times 8 is 8, in 32 bits */
        {ORIGINALS_PLACE, 0, "table lies outside"},
        {ORIGINALS_PLACE, UINT32_MAX, "table lies outside"},
        {TRANSLATIONS_PLACE, 19, "table lies outside"},
        {TRANSLATIONS_PLACE, UINT32_MAX - 8, "table lies outside"},
        {HEADER_BYTES, UINT32_MAX, "message 0 lies outside"},
        {HEADER_BYTES + 4, UINT32_MAX, "message 0 lies outside"},
        {HEADER_BYTES + 8, 1, "message 1 lies outside"}, /* no NUL after it */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer file = {0};

        mo_file_write(&file, messages, CS_ARRAY_SIZE(messages), false);
        set_word(&file, rows[i].place, rows[i].word);
        assert_refused(file.text, file.length, rows[i].text);
    }
}

static void test_parse_sizes(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer file = {0};
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    char *large = calloc(1, CS_MO_BYTES_MAX + 1);

    (void)state;
    assert_non_null(large);
    assert_refused("", 0, "0 bytes cannot be a gettext catalogue");
    mo_file_write(&file, messages, CS_ARRAY_SIZE(messages), false);
    memcpy(large, file.text, file.length);
    assert_refused(large, CS_MO_BYTES_MAX + 1, "1048577 bytes cannot be a gettext catalogue");
    assert_int_equal(parse(large, CS_MO_BYTES_MAX, &mo, NULL), CS_OK);
    assert_non_null(cs_mo_find(mo, "otp_prompt", "Verification code: "));
    free(large);
}

/* A missing NUL at the very end, and a NUL inside a text (a plural form). */
static void test_parse_nul_where_it_must_and_must_not_be(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer file = {0};
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    size_t last;

    (void)state;
    mo_file_write(&file, messages, 2, false);
    last = file.length - 1;
    file.text[last] = 'x';
    assert_refused(file.text, file.length, "message 1 lies outside");
    file.text[last] = '\0';
    file.text[last - 3] = '\0';
    assert_int_equal(parse(file.text, file.length, &mo, NULL), CS_OK);
    assert_null(cs_mo_find(mo, messages[1].context, messages[1].text));
    assert_non_null(cs_mo_find(mo, messages[0].context, messages[0].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_both_byte_orders),
        cmocka_unit_test(test_parse_truncated_everywhere_refused),
        cmocka_unit_test(test_parse_every_byte_of_the_tables_flipped_never_crashes),
        cmocka_unit_test(test_parse_bad_headers_refused),
        cmocka_unit_test(test_parse_sizes),
        cmocka_unit_test(test_parse_nul_where_it_must_and_must_not_be),
    };

    return cmocka_run_group_tests_name("mo", tests, NULL, NULL);
}
