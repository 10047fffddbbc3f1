/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/consent.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "base/sanitise.h"
#include "base/trim.h"
#include "base/typed_code.h"

enum {
    CHARACTERS_MAX = 32,
    FULL_WIDTH_FIRST = 0xff01,
    FULL_WIDTH_LAST = 0xff5e,
    ASCII_FIRST = 0x21,
    RIGHT_TO_LEFT_ISOLATE = 0x2067,
    POP_ISOLATE = 0x2069
};

/* Lower-case characters; count 0: not a word. */
struct word {
    wint_t characters[CHARACTERS_MAX];
    size_t count;
};

/* Input methods for East Asian languages have ASCII in the width of their characters. */
static unsigned long narrow(unsigned long code)
{
    return code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST
               ? code - FULL_WIDTH_FIRST + ASCII_FIRST
               : code;
}

/* `letters`: a locale in which every script has its cases; 0: as they are. */
static struct word read_word(const char *text, size_t length, locale_t letters)
{
    struct word word = {.count = 0};

    cs_trim(&text, &length, " \t\r\n");
    for (size_t at = 0, step; at < length; at += step) {
        unsigned long code = 0;

        step = cs_utf8_decode(text + at, length - at, &code);
        if (step == 0 || word.count == CHARACTERS_MAX)
            return (struct word){.count = 0};
        if (code == RIGHT_TO_LEFT_ISOLATE || code == POP_ISOLATE) /* around a line of a prompt */
            continue;
        code = narrow(code);
        word.characters[word.count++] =
            letters != (locale_t)0 ? towlower_l((wint_t)code, letters) : (wint_t)code;
    }
    return word;
}

static bool starts_with(const struct word *word, const struct word *start)
{
    for (size_t i = 0; i < start->count; i++) {
        if (i >= word->count || word->characters[i] != start->characters[i])
            return false;
    }
    return start->count > 0;
}

/* Whether the answer is the word as `book` says it, or its first letter. */
static bool is_word_of(const struct cs_phrasebook *book, const struct word *typed, locale_t letters)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct word wanted;

    cs_say(book, CS_TEXT_CONSENT_WORD, NULL, &text);
    wanted = read_word(text.text ? text.text : "", text.length, letters);
    return (typed->count == 1 || typed->count == wanted.count) && starts_with(&wanted, typed);
}

/* The letter s, or the digit 1 of any script: keyboards for Cyrillic, Arabic, Hebrew, ... have no
 * s, and their languages' prompts say 1. */
static bool is_letter_or_digit(const struct word *typed, const struct cs_secret *answer)
{
    CS_AUTO(cs_secret_free) struct cs_secret digit = {0};

    if (typed->count != 1)
        return false;
    return typed->characters[0] == L's' ||
           (cs_typed_code(answer, &digit) == CS_OK && strcmp(digit.data, "1") == 0);
}

bool cs_is_consent(const struct cs_phrasebook *book, const struct cs_secret *answer)
{
    locale_t letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    const struct word typed = read_word(answer->data ? answer->data : "", answer->length, letters);
    struct cs_phrasebook accented = *book; /* plain ASCII concerns what is shown */
    bool consent;

    accented.ascii = false;
    consent = (is_letter_or_digit(&typed, answer) && !cs_has_own(book, CS_TEXT_CONSENT_WORD)) ||
              is_word_of(book, &typed, letters) || is_word_of(&accented, &typed, letters);
    if (letters != (locale_t)0)
        freelocale(letters);
    return consent;
}

enum cs_err cs_consent_check(const char *text, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer shown = {0};
    CS_AUTO(cs_secret_free) struct cs_secret visible = {0};
    struct word word;

    cs_template_render(&shown, text, "", &(const struct cs_values){0}, false);
    if (shown.failed ||
        cs_typed_code_of(shown.text ? shown.text : "", shown.length, &visible) != CS_OK)
        return cs_fail_nomem(error);
    word = read_word(shown.text ? shown.text : "", shown.length, (locale_t)0);
    if (visible.length == 0 || word.count == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the word must have 1 to %d characters, not only blanks", CHARACTERS_MAX);
    return CS_OK;
}
