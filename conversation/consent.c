/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/consent.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "base/sanitise.h"

enum { CHARACTERS_MAX = 32 };

/* Lower-case characters; count 0: not a word. */
struct word {
    wint_t characters[CHARACTERS_MAX];
    size_t count;
};

static bool is_blank(const char *text)
{
    return strchr(" \t\r\n", *text) != NULL && *text != '\0';
}

/* `letters`: a locale in which every script has its cases; 0: as they are. */
static struct word read_word(const char *text, size_t length, locale_t letters)
{
    struct word word = {.count = 0};

    while (length > 0 && is_blank(text)) {
        text++;
        length--;
    }
    while (length > 0 && is_blank(text + length - 1))
        length--;
    for (size_t at = 0, step; at < length; at += step) {
        unsigned long code = 0;

        step = cs_utf8_decode(text + at, length - at, &code);
        if (step == 0 || word.count == CHARACTERS_MAX)
            return (struct word){.count = 0};
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

bool cs_is_consent(const struct cs_phrasebook *book, const struct cs_secret *answer)
{
    locale_t letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct word wanted, typed, letter = read_word("s", 1, letters);
    bool ours = book->own[CS_TEXT_CONSENT_WORD].count == 0;

    cs_say(book, CS_TEXT_CONSENT_WORD, NULL, &text);
    wanted = read_word(text.text ? text.text : "", text.length, letters);
    typed = read_word(answer->data ? answer->data : "", answer->length, letters);
    if (letters != (locale_t)0)
        freelocale(letters);
    if (ours && typed.count == 1 && starts_with(&typed, &letter))
        return true;
    return (typed.count == 1 || typed.count == wanted.count) && starts_with(&wanted, &typed);
}
