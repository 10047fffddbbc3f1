/* SPDX-License-Identifier: Apache-2.0 */
/* What a login says: own texts by language, plain ASCII, masks, isolates, prompts that fit. */
#include "tests/unit/unit.h"

#include "conversation/phrasebook.h"
#include "tests/unit/languages.h"

struct scene {
    struct cs_catalogue catalogue;
    struct cs_mo *mo;
    struct cs_phrasebook book;
};

static void scene_open(struct scene *scene, const char *language)
{
    memset(scene, 0, sizeof *scene);
    cs_catalogue_english(&scene->catalogue);
    if (language[0] != '\0')
        speak(language, &scene->catalogue, &scene->mo);
    scene->book.catalogue = &scene->catalogue;
}

static void scene_close(struct scene *scene)
{
    cs_mo_free(&scene->mo);
}

static void assert_says(const struct scene *scene, enum cs_text key, const struct cs_values *values,
                        const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    cs_say(&scene->book, key, values, &out);
    assert_string_equal(out.text ? out.text : "", expected);
}

static void test_say_own_text_exact_then_parent_then_every(void **state)
{
    static const struct {
        const char *variants[3];
        const char *language, *expected;
    } rows[] = {
        {{"", "fr", "fr_CA"}, "fr_CA", "fr_CA"},
        {{"fr_CA", "fr", ""}, "fr", "fr"},
        {{"", "fr", NULL}, "fr_CA", "fr"},
        {{"", "de", NULL}, "fr_CA", ""},
        {{"de", "fr_CA", NULL}, "fr", NULL},
        {{"", "en", NULL}, "", "en"},
        {{"en", "", NULL}, "", "en"},
        {{"fr", "", NULL}, "", ""},
        {{"en", "fr", NULL}, "de", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_text_variant variants[3] = {0};
        char texts[3][16], expected[32] = "Verification code: ";
        struct scene scene;
        size_t count = 0;

        scene_open(&scene, "");
        (void)snprintf(scene.catalogue.language, CS_LANGUAGE_SIZE, "%s", rows[i].language);
        for (; count < 3 && rows[i].variants[count] != NULL; count++) {
            (void)snprintf(variants[count].language, CS_LANGUAGE_SIZE, "%s",
                           rows[i].variants[count]);
            (void)snprintf(texts[count], sizeof texts[count], "own %s: ", rows[i].variants[count]);
            variants[count].text = texts[count];
        }
        if (rows[i].expected != NULL)
            (void)snprintf(expected, sizeof expected, "own %s: ", rows[i].expected);
        scene.book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){variants, count};
        assert_says(&scene, CS_TEXT_OTP_PROMPT, NULL, expected);
        scene_close(&scene);
    }
}

static void test_say_plain_ascii(void **state)
{
    static const char *const rows[][2] = {
        {"fr", "Code de verification : "}, {"tr", "Dogrulama kodu: "},
        {"de", "Bestaetigungscode: "},     {"pl", "Kod weryfikacyjny: "},
        {"ja", "Verification code: "},     {"ar", "Verification code: "},
        {"ru", "Verification code: "},     {"zh_CN", "Verification code: "},
    };
    struct cs_values foreign = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct scene scene;

        scene_open(&scene, rows[i][0]);
        scene.book.ascii = true;
        assert_says(&scene, CS_TEXT_OTP_PROMPT, NULL, rows[i][1]);
        cs_values_set(&foreign, 'N', "日本");
        for (size_t key = 0; key < CS_TEXTS; key++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

            cs_say(&scene.book, (enum cs_text)key, &foreign, &out);
            for (size_t b = 0; b < out.length; b++)
                assert_uint_in_range((unsigned char)out.text[b], 0, 0x7f);
        }
        scene_close(&scene);
    }
}

static void test_show_address_masked(void **state)
{
    static const struct {
        const char *address, *masked, *ascii;
    } rows[] = {
        {"+15551234567", "+1555•••4567", "+1555***4567"},
        {"alice@example.com", "a•••@example.com", "a***@example.com"},
        {"@example.com", "•••@example.com", "***@example.com"},
        {"é@example.com", "é•••@example.com", NULL},
        {"12345", "•••", "***"},
        {"123456789", "•••", "***"},
        {"1234567890", "12345•••7890", "12345***7890"},
        {"日本語電", "•••", NULL}, /* four characters, not twelve */
        {"日本語電話番号です漢字", "日本語電話•••です漢字", NULL},
        {"a\x1b[2Jb@x", "a•••@x", "a***@x"},
        {"", "", ""},
    };
    struct scene scene;

    (void)state;
    scene_open(&scene, "");
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
            const char *expected = ascii ? rows[i].ascii : rows[i].masked;

            scene.book.mask = true;
            scene.book.ascii = ascii;
            cs_show_address(&scene.book, rows[i].address, &out);
            if (expected != NULL)
                assert_string_equal(out.text ? out.text : "", expected);
            cs_buffer_free(&out);
            scene.book.mask = false;
            cs_show_address(&scene.book, "+15551234567", &out);
            assert_string_equal(out.text, "+15551234567");
        }
    }
    scene_close(&scene);
}

static void test_say_isolates_values_in_right_to_left_alone(void **state)
{
    static const char *const rows[] = {"ar", "he", "fr", "ja", ""};
    struct cs_values values = {0};

    (void)state;
    cs_values_set(&values, 'N', "+15551234567");
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct scene scene;
        bool rtl = cs_language_is_rtl(rows[i]);

        scene_open(&scene, rows[i]);
        cs_say(&scene.book, CS_TEXT_SENT_SMS, &values, &out);
        assert_int_equal(strstr(out.text, "\u2068+15551234567\u2069") != NULL, rtl);
        assert_int_equal(strstr(out.text, "\u2068") != NULL, rtl);
        cs_buffer_free(&out);
        cs_say(&scene.book, CS_TEXT_OTP_PROMPT, &values, &out); /* no value: no isolate */
        assert_null(strstr(out.text, "\u2068"));
        scene_close(&scene);
    }
}

static void test_say_empty_prompt_is_english(void **state)
{
    const struct cs_text_variant empty = {"", (char[]){"%C"}}, nothing = {"", (char[]){""}};
    struct scene scene;

    (void)state;
    scene_open(&scene, "");
    scene.book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&empty, 1};
    assert_says(&scene, CS_TEXT_OTP_PROMPT, NULL, "Verification code: ");
    scene.book.own[CS_TEXT_CHOICE_START] = (struct cs_text_setting){&nothing, 1};
    assert_says(&scene, CS_TEXT_CHOICE_START, NULL, ""); /* left out on purpose */
    scene_close(&scene);
}

static void test_say_values_of_login_and_text(void **state)
{
    struct cs_values values = {0};
    struct scene scene;

    (void)state;
    scene_open(&scene, "");
    cs_values_set(&scene.book.values, 'U', "alice");
    cs_values_set(&scene.book.values, 'H', "host");
    assert_says(&scene, CS_TEXT_VERIFY_MESSAGE, NULL, "Approve sign-in to host as alice?");
    cs_values_set(&values, 'H', "other");
    assert_says(&scene, CS_TEXT_VERIFY_MESSAGE, &values, "Approve sign-in to other as alice?");
    scene_close(&scene);
}

static void test_say_prompt_drops_what_does_not_fit(void **state)
{
    static const enum cs_text keys[] = {CS_TEXT_CODE_NOT_ACCEPTED, CS_TEXT_OTP_PROMPT};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_text_variant variant = {0};
    struct scene scene;

    (void)state;
    for (int i = 0; i < 48; i++)
        cs_buffer_text(&text, "01234567 \\n");
    scene_open(&scene, "");
    variant.text = text.text;
    scene.book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&variant, 1};
    cs_say_prompt(&scene.book, keys, 2, NULL, &out);
    assert_int_equal(out.length, 48 * 10); /* the prompt alone is left */
    cs_buffer_free(&out);
    cs_buffer_text(&text, "%U%U%U%U");
    variant.text = text.text;
    cs_values_set(&scene.book.values, 'U',
                  "0123456789012345678901234567890123456789012345678901234567890123");
    cs_say_prompt(&scene.book, keys, 2, NULL, &out);
    assert_string_equal(out.text, "Verification code: ");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_say_own_text_exact_then_parent_then_every),
        cmocka_unit_test(test_say_plain_ascii),
        cmocka_unit_test(test_show_address_masked),
        cmocka_unit_test(test_say_isolates_values_in_right_to_left_alone),
        cmocka_unit_test(test_say_empty_prompt_is_english),
        cmocka_unit_test(test_say_values_of_login_and_text),
        cmocka_unit_test(test_say_prompt_drops_what_does_not_fit),
    };

    return cmocka_run_group_tests_name("phrasebook", tests, NULL, NULL);
}
