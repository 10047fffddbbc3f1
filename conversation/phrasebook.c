/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/phrasebook.h"

#include <string.h>

#include "base/sanitise.h"
#include "conversation/ascii.h"
#include "conversation/lines.h"

enum { SHOWN_HEAD = 5, SHOWN_TAIL = 4, MASKABLE = SHOWN_HEAD + SHOWN_TAIL };

static const char mask[] = "\u2022\u2022\u2022", ascii_mask[] = "***";

/* Finds the administrator's text for the login's language: first that exact language, then the more
 * general one, then the one that the login's translation is in, then the one for every language.
 * The English catalogue has no name; settings call it "en". */
static const char *own_text(const struct cs_phrasebook *book, enum cs_text key)
{
    const struct cs_text_setting *setting = &book->own[key];
    const char *languages[4] = {book->catalogue->language, "", book->catalogue->translation, ""};
    char parent[CS_LANGUAGE_SIZE];

    if (languages[0][0] == '\0')
        languages[0] = "en";
    if (cs_language_parent(languages[0], parent))
        languages[1] = parent;
    for (size_t l = 0; l < CS_ARRAY_SIZE(languages); l++) {
        for (size_t i = 0; i < setting->count; i++) {
            if (strcmp(setting->variants[i].language, languages[l]) == 0)
                return setting->variants[i].text;
        }
    }
    return NULL;
}

bool cs_has_own(const struct cs_phrasebook *book, enum cs_text key)
{
    return own_text(book, key) != NULL;
}

static struct cs_values merge(const struct cs_phrasebook *book, const struct cs_values *values)
{
    struct cs_values merged = book->values;

    for (size_t i = 0; values != NULL && i < CS_ARRAY_SIZE(merged.of); i++) {
        if (values->of[i] != NULL)
            merged.of[i] = values->of[i];
    }
    return merged;
}

/* Renders one candidate; false if it cannot be shown. If memory runs out, `out` has failed, and no
 * other candidate can make up for that. */
static bool render(const struct cs_phrasebook *book, enum cs_text key, const char *text,
                   const struct cs_values *values, bool rtl, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer rendered = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer plain = {0};
    const struct cs_buffer *shown = &rendered;

    rtl = rtl && !book->ascii;
    cs_template_render(&rendered, text, cs_texts[key].substitutions, values, rtl);
    if (book->ascii && !rendered.failed && rendered.length > 0) {
        if (!cs_to_ascii(&plain, book->catalogue->language, rendered.text, rendered.length) &&
            !plain.failed)
            return false;
        shown = &plain;
    }
    if (!shown->failed && shown->length == 0 && cs_texts[key].use == CS_USE_PROMPT)
        return false;
    cs_add_lines(out, shown->text, shown->length, rtl);
    out->failed = out->failed || shown->failed;
    return true;
}

/* The last resort: the English text, with '?' for characters that ASCII lacks. */
static void render_english(const struct cs_phrasebook *book, enum cs_text key,
                           const struct cs_values *values, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer rendered = {0};

    cs_template_render(&rendered, cs_texts[key].english, cs_texts[key].substitutions, values,
                       false);
    out->failed = out->failed || rendered.failed;
    for (size_t i = 0; book->ascii && i < rendered.length; i++) {
        if ((unsigned char)rendered.text[i] >= 0x80)
            rendered.text[i] = '?';
    }
    cs_add_lines(out, rendered.text, rendered.length, false);
}

void cs_say(const struct cs_phrasebook *book, enum cs_text key, const struct cs_values *values,
            struct cs_buffer *out)
{
    const struct cs_values merged = merge(book, values);
    const char *own = own_text(book, key);

    if (book->listener.heard != NULL)
        book->listener.heard(book->listener.context, book, key);
    if (own != NULL && render(book, key, own, &merged, book->catalogue->rtl, out))
        return;
    if (render(book, key, book->catalogue->texts[key], &merged, book->catalogue->rtl, out))
        return;
    render_english(book, key, &merged, out);
}

void cs_say_prompt(const struct cs_phrasebook *book, const enum cs_text *keys, size_t count,
                   const struct cs_values *values, struct cs_buffer *out)
{
    const struct cs_values merged = merge(book, values);

    for (size_t first = 0; first<count; first = count - first> 1 ? count - 1 : count) {
        CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};

        for (size_t i = first; i < count; i++)
            cs_say(book, keys[i], values, &prompt);
        if (prompt.failed || prompt.length <= CS_PROMPT_BYTES) {
            cs_buffer_append(out, &prompt);
            return;
        }
    }
    render_english(book, keys[count - 1], &merged, out);
}

/* Bytes of the first `count` characters of clean UTF-8. */
static size_t head_bytes(const char *text, size_t length, size_t count)
{
    size_t i = 0;

    for (; i < length && count > 0; count--) {
        unsigned long code = 0;

        i += cs_utf8_decode(text + i, length - i, &code);
    }
    return i;
}

static size_t count_characters(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void cs_show_address(const struct cs_phrasebook *book, const char *address, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    const char *hidden = book->ascii ? ascii_mask : mask;
    const char *at;
    size_t head, tail, characters;

    cs_sanitise(&clean, address, strlen(address));
    out->failed = out->failed || clean.failed;
    if (clean.length == 0)
        return;
    at = strchr(clean.text, '@');
    if (!book->mask) {
        cs_buffer_add(out, clean.text, clean.length);
        return;
    }
    if (at != NULL) {
        head = head_bytes(clean.text, (size_t)(at - clean.text), 1);
        cs_buffer_add(out, clean.text, head);
        cs_buffer_text(out, hidden);
        cs_buffer_text(out, at);
        return;
    }
    /* The two ends of a short one would reveal all of it. */
    characters = count_characters(clean.text, clean.length);
    head = head_bytes(clean.text, clean.length, characters > MASKABLE ? SHOWN_HEAD : 0);
    tail = head_bytes(clean.text, clean.length,
                      characters > MASKABLE ? characters - SHOWN_TAIL : characters);
    cs_buffer_add(out, clean.text, head);
    cs_buffer_text(out, hidden);
    cs_buffer_text(out, clean.text + tail);
}
