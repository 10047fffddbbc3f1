/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/template.h"

#include <string.h>

#include "base/sanitise.h"
#include "conversation/width.h"

/* Bytes of a value allowed for each of its columns: combining marks take no column, and could
 * otherwise fill a prompt. */
enum { COLUMN_BYTES = 3, UTF8_BYTES_MAX = 4 };

static const char isolate_start[] = "\u2068", isolate_end[] = "\u2069";

void cs_values_set(struct cs_values *values, char letter, const char *text)
{
    values->of[letter - 'A'] = text;
}

void cs_add_bounded(struct cs_buffer *out, const char *value, size_t most)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    size_t columns = 0;

    cs_sanitise(&clean, value, strnlen(value, most * UTF8_BYTES_MAX + 1));
    if (clean.failed || clean.length <= most) { /* no character takes more columns than bytes */
        cs_buffer_append(out, &clean);
        return;
    }
    for (size_t i = 0; i < clean.length;) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(clean.text + i, clean.length - i, &code);

        columns += cs_code_columns(code);
        if (columns > most || i + size > most * COLUMN_BYTES || size == 0) {
            cs_buffer_text(out, "...");
            return;
        }
        cs_buffer_add(out, clean.text + i, size);
        i += size;
    }
}

/* Text in another direction is isolated from its surroundings. A number needs no isolation: digits
 * run the same way in every text, and some terminals lose a mark at the start of a line. */
static void render_value(struct cs_buffer *out, const char *value, size_t most, bool isolate)
{
    if (value == NULL || value[0] == '\0')
        return;
    isolate = isolate && value[strspn(value, "0123456789")] != '\0';
    if (isolate)
        cs_buffer_text(out, isolate_start);
    cs_add_bounded(out, value, most);
    if (isolate)
        cs_buffer_text(out, isolate_end);
}

static bool is_letter_of(const char *letters, char c)
{
    return c != '\0' && strchr(letters, c) != NULL;
}

static const char *escape(char name)
{
    switch (name) {
    case 'n':
        return "\n";
    case 't':
        return "\t";
    case '\\':
        return "\\";
    default:
        return NULL;
    }
}

void cs_template_render(struct cs_buffer *out, const char *text, const char *letters,
                        const struct cs_values *values, bool isolate)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "%\\");

        cs_buffer_add(out, text, plain);
        text += plain;
        if (text[0] == '%' && text[1] == '%')
            cs_buffer_text(out, "%");
        else if (text[0] == '%' && is_letter_of(letters, text[1]))
            render_value(out, values->of[text[1] - 'A'],
                         text[1] == 'W' ? CS_URL_COLUMNS : CS_VALUE_COLUMNS, isolate);
        else if (text[0] == '\\' && escape(text[1]) != NULL)
            cs_buffer_text(out, escape(text[1]));
        else if (text[0] != '\0') {
            cs_buffer_add(out, text, 1);
            text++;
            continue;
        }
        text += text[0] != '\0' ? 2 : 0;
    }
}

/* Whether a text may have it though a value may not: real newlines and tabs as well as escaped
 * ones, and the marks that say which way a neighbour without direction runs (UAX #9 ALM, LRM, RLM).
 * Unlike the other controls they reach no further. */
static bool is_of_templates(unsigned long code)
{
    return code == '\n' || code == '\t' || code == 0x061c || code == 0x200e || code == 0x200f;
}

static bool is_clean_template(const char *text)
{
    for (size_t size; *text != '\0'; text += size) {
        unsigned long code = 0;

        size = cs_utf8_decode(text, strlen(text), &code);
        if (size == 0 || (!is_of_templates(code) && !cs_is_clean(text, size)))
            return false;
    }
    return true;
}

enum cs_err cs_template_check(enum cs_text key, const char *text, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer shown = {0};
    const struct cs_values nothing = {0};

    if (strlen(text) > CS_TEMPLATE_BYTES_MAX)
        return cs_fail(error, CS_ERR_CONFIG, "the text has %zu bytes; at most %d are allowed",
                       strlen(text), CS_TEMPLATE_BYTES_MAX);
    if (!is_clean_template(text))
        return cs_fail(
            error, CS_ERR_CONFIG,
            "the text contains control characters or is not UTF-8; write \\n for a new line");
    cs_template_render(&shown, text, cs_texts[key].substitutions, &nothing, false);
    if (shown.failed)
        return cs_fail_nomem(error);
    if (shown.length == 0 && cs_texts[key].use == CS_USE_PROMPT && strchr(text, '%') == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "the text is empty; a prompt must not be");
    if (cs_text_columns(shown.text ? shown.text : "", shown.length) > CS_PROMPT_COLUMNS)
        return cs_fail(error, CS_ERR_CONFIG, "a line of the text is longer than %d columns",
                       CS_PROMPT_COLUMNS);
    return CS_OK;
}

enum cs_err cs_template_check_letters(enum cs_text key, const char *text, struct cs_error *error)
{
    const char *letters = cs_texts[key].substitutions;

    for (const char *c = strchr(text, '%'); c != NULL; c = strchr(c + 2, '%')) {
        if (c[1] == '\0')
            return cs_fail(error, CS_ERR_CONFIG, "the text ends in a single %%; write %%%%");
        if (c[1] != '%' && !is_letter_of(letters, c[1]))
            return cs_fail(error, CS_ERR_CONFIG,
                           "%%%c does not apply to this text; use %%%% or a %% followed by one of "
                           "the letters %s",
                           c[1], letters);
        if (c[1] == '\0' || c[2] == '\0')
            break;
    }
    return CS_OK;
}

static bool uses_letter(const char *text, char letter)
{
    for (const char *c = strchr(text, '%'); c != NULL && c[1] != '\0'; c = strchr(c + 2, '%')) {
        if (c[1] == letter)
            return true;
        if (c[2] == '\0')
            break;
    }
    return false;
}

static bool ends_like(const char *text, const char *pattern, const char *ending)
{
    size_t length = strlen(ending);
    size_t a = strlen(text), b = strlen(pattern);

    return (a >= length && strcmp(text + a - length, ending) == 0) ==
           (b >= length && strcmp(pattern + b - length, ending) == 0);
}

enum cs_err cs_template_check_translation(enum cs_text key, const char *text,
                                          struct cs_error *error)
{
    const struct cs_text_row *row = &cs_texts[key];
    enum cs_err result = cs_template_check(key, text, error);

    if (result == CS_OK)
        result = cs_template_check_letters(key, text, error);
    if (result != CS_OK)
        return result;
    for (const char *letter = row->required; *letter != '\0'; letter++) {
        if (!uses_letter(text, *letter))
            return cs_fail(error, CS_ERR_INPUT, "%%%c is missing", *letter);
    }
    if (!ends_like(text, row->english, ": ") || !ends_like(text, row->english, "\n"))
        return cs_fail(error, CS_ERR_INPUT, "the ending differs from the English text's");
    return CS_OK;
}
