/* SPDX-License-Identifier: Apache-2.0 */
/* What has something sent: the letter or the word that a prompt asks for, and nothing else. */
#include "tests/unit/unit.h"

#include "conversation/consent.h"
#include "tests/unit/languages.h"

static bool is_consent(const struct cs_phrasebook *book, const char *text)
{
    const struct cs_secret answer = {(char *)(uintptr_t)text, strlen(text)};

    return cs_is_consent(book, &answer);
}

static void test_letter_and_word(void **state)
{
    static const char *const yes[] = {"s",    "S",      " s",        "s ", "\ts\r\n", "send",
                                      "SEND", " Send ", "\n send\n", "1",  " 1\n",    "１",
                                      "١",    "१",      "ｓ",        "Ｓ", "ｓｅｎｄ"};
    static const char *const no[] = {
        "",      " ",  "n", "se",       "sen",         "sends",    "sms",     "ss", "s s",
        "\"s\"", "s.", "0", "yes",      "Summer2024!", "password", "11",      "-1", "1.",
        "2",     "２", "e", "\xc5\xbf", "\xff",        "s\xff",    "\xd1\x81"};
    struct cs_catalogue english;
    struct cs_phrasebook book = {.catalogue = &english};

    (void)state;
    cs_catalogue_english(&english);
    for (size_t i = 0; i < CS_ARRAY_SIZE(yes); i++) {
        if (!is_consent(&book, yes[i]))
            fail_msg("'%s' has nothing sent", yes[i]);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(no); i++) {
        if (is_consent(&book, no[i]))
            fail_msg("'%s' has something sent", no[i]);
    }
    assert_false(cs_is_consent(&book, &(const struct cs_secret){(char *)(uintptr_t) "s\0", 2}));
    assert_false(cs_is_consent(&book, &(const struct cs_secret){NULL, 0}));
}

/* Each language has its word; its letter s is that of the prompt. */
static void test_word_of_every_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < languages_count; i++) {
        struct cs_catalogue catalogue;
        struct cs_phrasebook book = {.catalogue = &catalogue};
        struct cs_mo *mo = NULL;
        const char *word;

        speak(languages[i], &catalogue, &mo);
        word = catalogue.texts[CS_TEXT_CONSENT_WORD];
        if (word[0] == '\0' || !is_consent(&book, word) || !is_consent(&book, "S") ||
            !is_consent(&book, "1"))
            fail_msg("%s: '%s' has nothing sent", languages[i], word);
        assert_false(is_consent(&book, "Summer2024!"));
        assert_false(is_consent(&book, "n"));
        cs_mo_free(&mo);
    }
}

static void test_capitals_of_other_scripts(void **state)
{
    static const struct {
        const char *word, *typed;
    } rows[] = {{"отправить", "О"}, {"отправить", "ОТПРАВИТЬ"}, {"gönder", "GÖNDER"}, {"été", "É"}};
    struct cs_catalogue english;
    struct cs_phrasebook book = {.catalogue = &english};

    (void)state;
    cs_catalogue_english(&english);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_text_variant own = {.text = rows[i].word};

        book.own[CS_TEXT_CONSENT_WORD] = (struct cs_text_setting){&own, 1};
        assert_true(is_consent(&book, rows[i].typed));
    }
}

/* Whose prompt says "Type y ..." gets y. */
static void test_an_administrators_word_replaces_ours(void **state)
{
    const struct cs_text_variant own = {.text = "yes"};
    struct cs_catalogue english;
    struct cs_phrasebook book = {.catalogue = &english};

    (void)state;
    cs_catalogue_english(&english);
    book.own[CS_TEXT_CONSENT_WORD] = (struct cs_text_setting){&own, 1};
    assert_true(is_consent(&book, "y") && is_consent(&book, "Yes"));
    assert_false(is_consent(&book, "s") || is_consent(&book, "send") || is_consent(&book, "1"));
}

/* A word for German says nothing about what an English prompt asks for. */
static void test_a_word_for_one_language_leaves_s_to_the_others(void **state)
{
    const struct cs_text_variant german = {.language = "de", .text = "ja"},
                                 english_word = {.language = "en", .text = "yes"};
    struct cs_catalogue english;
    struct cs_phrasebook book = {.catalogue = &english};

    (void)state;
    cs_catalogue_english(&english);
    book.own[CS_TEXT_CONSENT_WORD] = (struct cs_text_setting){&german, 1};
    assert_true(is_consent(&book, "s") && is_consent(&book, "send"));
    assert_false(is_consent(&book, "ja") || is_consent(&book, "j"));
    book.own[CS_TEXT_CONSENT_WORD] = (struct cs_text_setting){&english_word, 1};
    assert_false(is_consent(&book, "s"));
    assert_true(is_consent(&book, "yes"));
}

/* The prompts are plain, the keyboard is not. */
static void test_plain_prompts_take_the_word_with_its_accents(void **state)
{
    (void)state;
    for (size_t i = 0; i < languages_count; i++) {
        struct cs_catalogue catalogue;
        struct cs_phrasebook book = {.catalogue = &catalogue, .ascii = true};
        struct cs_mo *mo = NULL;
        const char *word;

        speak(languages[i], &catalogue, &mo);
        word = catalogue.texts[CS_TEXT_CONSENT_WORD];
        if (!is_consent(&book, word) || !is_consent(&book, "s"))
            fail_msg("%s: '%s' has nothing sent", languages[i], word);
        if (strcmp(languages[i], "pl") == 0)
            assert_true(is_consent(&book, "wyslij"));
        cs_mo_free(&mo);
    }
}

static void test_words_that_nobody_can_type_are_refused(void **state)
{
    static const char *const bad[] = {
        "", " ", "\t \n", "\\n", "\u00a0", "\u200b", "123456789012345678901234567890123"};
    static const char *const good[] = {"y", "ja", " oui ", "\u00e9t\u00e9",
                                       "12345678901234567890123456789012"};
    struct cs_error error = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
        if (cs_consent_check(bad[i], &error) != CS_ERR_CONFIG)
            fail_msg("'%s' may be a word", bad[i]);
    }
    assert_contains(error.text, "1 to 32 characters");
    for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++) {
        if (cs_consent_check(good[i], &error) != CS_OK)
            fail_msg("'%s' may not be a word", good[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letter_and_word),
        cmocka_unit_test(test_word_of_every_language),
        cmocka_unit_test(test_capitals_of_other_scripts),
        cmocka_unit_test(test_an_administrators_word_replaces_ours),
        cmocka_unit_test(test_a_word_for_one_language_leaves_s_to_the_others),
        cmocka_unit_test(test_plain_prompts_take_the_word_with_its_accents),
        cmocka_unit_test(test_words_that_nobody_can_type_are_refused),
    };

    return cmocka_run_group_tests_name("consent", tests, NULL, NULL);
}
