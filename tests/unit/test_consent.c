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
    static const char *const yes[] = {"s",    "S",    " s",     "s ",       "\ts\r\n",
                                      "send", "SEND", " Send ", "\n send\n"};
    static const char *const no[] = {"",      " ",        "n",    "se",          "sen",
                                     "sends", "sms",      "ss",   "s s",         "\"s\"",
                                     "s.",    "0",        "yes",  "Summer2024!", "password",
                                     "e",     "\xc5\xbf", "\xff", "s\xff",       "\xd1\x81"};
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
        if (word[0] == '\0' || !is_consent(&book, word) || !is_consent(&book, "S"))
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
    assert_false(is_consent(&book, "s") || is_consent(&book, "send"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letter_and_word),
        cmocka_unit_test(test_word_of_every_language),
        cmocka_unit_test(test_capitals_of_other_scripts),
        cmocka_unit_test(test_an_administrators_word_replaces_ours),
    };

    return cmocka_run_group_tests_name("consent", tests, NULL, NULL);
}
