/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/suggest.h"

#include <string.h>

#include "base/lower.h"

/* Of names up to SHORT_NAME bytes one letter may be wrong, of longer ones two. */
enum { SHORT_NAME = 5, NAME_MAX_BYTES = 64 };

static char folded(char letter)
{
    if (letter == ' ' || letter == '-')
        return '_';
    return cs_lower(letter);
}

static bool same_words(const char *known, const char *given, size_t length)
{
    if (strlen(known) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (folded(known[i]) != folded(given[i]))
            return false;
    }
    return true;
}

const struct cs_setting_mistake *cs_suggest_mistake(const struct cs_setting_mistake *mistakes,
                                                    const char *given, size_t length)
{
    for (; mistakes != NULL && mistakes->written != NULL; mistakes++) {
        if (same_words(mistakes->written, given, length))
            return mistakes;
    }
    return NULL;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

/* Letters to insert, leave out, replace or swap with their neighbour, until one is the other. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MAX_BYTES + 1];

    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            bool same = folded(a[i - 1]) == folded(b[j - 1]);

            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]) && second[j - 2] + 1 < row[j])
                row[j] = second[j - 2] + 1;
        }
    }
    return rows[a_length % 3][b_length];
}

struct cs_suggestion cs_suggest_start(const char *given, size_t length)
{
    return (struct cs_suggestion){
        .given = given, .length = length, .distance = length <= SHORT_NAME ? 2 : 3};
}

void cs_suggest_consider(struct cs_suggestion *suggestion, const char *name)
{
    size_t length = name ? strlen(name) : 0;
    size_t found;

    if (length == 0 || length > NAME_MAX_BYTES || suggestion->length < 2 ||
        suggestion->length > NAME_MAX_BYTES)
        return;
    found = distance(suggestion->given, suggestion->length, name, length);
    if (found == suggestion->distance && suggestion->name != NULL)
        suggestion->tie = true;
    if (found >= suggestion->distance)
        return;
    suggestion->name = name;
    suggestion->distance = found;
    suggestion->tie = false;
}

const char *cs_suggest_result(const struct cs_suggestion *suggestion)
{
    return suggestion->tie ? NULL : suggestion->name;
}

void cs_suggest_print(const struct cs_suggestion *suggestion, struct cs_buffer *out)
{
    const char *meant = cs_suggest_result(suggestion);

    if (meant != NULL)
        cs_buffer_printf(out, "; '%s' was probably meant", meant);
}

const char *cs_suggest_value(const struct cs_setting *row, const char *value)
{
    size_t length = strlen(value);
    struct cs_suggestion suggestion = cs_suggest_start(value, length);
    const struct cs_setting_mistake *mistake = cs_suggest_mistake(row->mistakes, value, length);
    const char *allowed;

    if (mistake != NULL)
        return mistake->meant;
    for (size_t i = 0; (allowed = cs_setting_value(row, i)) != NULL; i++)
        cs_suggest_consider(&suggestion, allowed);
    return cs_suggest_result(&suggestion);
}
