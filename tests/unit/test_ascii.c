/* SPDX-License-Identifier: Apache-2.0 */
/* Plain ASCII says the same in every language that it can be written in. */
#include "tests/unit/unit.h"

#include "conversation/ascii.h"
#include "conversation/phrasebook.h"
#include "tests/unit/languages.h"

static void test_letters_by_language(void **state)
{
    static const struct {
        const char *language, *text, *ascii;
    } rows[] = {
        {"de", "Drücken, Öl, Ämter, weiß", "Druecken, Oel, Aemter, weiss"},
        {"de_AT", "Schlüssel", "Schluessel"},
        {"sv", "Återstående försök", "Aterstaende forsok"},
        {"pl", "Wyślij hasło", "Wyslij haslo"},
        {"tr", "Kalan deneme hakkı", "Kalan deneme hakki"},
        {"it", "È bloccata: così", "E' bloccata: cosi'"},
        {"fr", "Clé «\u00a0été\u00a0»", "Cle \" ete \""},
        {"es", "¿Cómo quiere? ¡Sí!", "Como quiere? Si!"},
        {"deu", "ü", "u"},
        {"", "ü", "u"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        assert_true(cs_to_ascii(&out, rows[i].language, rows[i].text, strlen(rows[i].text)));
        assert_string_equal(out.text, rows[i].ascii);
    }
}

/* Words that are other words without their accents: "request" and "task", "is" and "this". */
static const struct {
    const char *language;
    const char *words[4];
} ambiguous[] = {
    {"cs", {"být ", "byť "}},
    {"es", {"está", "Está", "aún", " sí "}},
    {"fr", {" où ", "sûr", " dû "}},
    {"pl", {"żąda", "Żąda", "sąd", "łask"}},
    {"pt_BR", {"está", "Está", " é ", "É "}},
};

static void test_no_word_turns_into_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ambiguous); i++) {
        CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
        struct cs_catalogue catalogue;

        speak(ambiguous[i].language, &catalogue, &mo);
        for (size_t key = 0; key < CS_TEXTS; key++) {
            for (size_t w = 0; w < 4 && ambiguous[i].words[w] != NULL; w++) {
                if (strstr(catalogue.texts[key], ambiguous[i].words[w]) != NULL)
                    fail_msg("%s: %s: '%s' is another word in plain ASCII: '%s'",
                             ambiguous[i].language, cs_texts[key].key, ambiguous[i].words[w],
                             catalogue.texts[key]);
            }
        }
    }
}

static void test_a_login_has_the_spelling_of_its_language(void **state)
{
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_catalogue german;
    const struct cs_phrasebook book = {.catalogue = &german, .ascii = true};

    (void)state;
    speak("de", &german, &mo);
    cs_say(&book, CS_TEXT_U2F, NULL, &out);
    assert_string_equal(out.text, ") Sicherheitsschluessel \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_by_language),
        cmocka_unit_test(test_no_word_turns_into_another),
        cmocka_unit_test(test_a_login_has_the_spelling_of_its_language),
    };

    return cmocka_run_group_tests_name("ascii", tests, NULL, NULL);
}
