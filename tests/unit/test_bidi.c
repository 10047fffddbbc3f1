/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that run from right to left, as terminals with the bidirectional algorithm (UAX #9) show
 * them: FriBidi puts every line of every text in order. */
#include "tests/unit/unit.h"

#include <fribidi.h>

#include "base/sanitise.h"
#include "tests/unit/languages.h"
#include "tests/unit/shown.h"

enum { LINE_MAX_CODES = 400 };

static const char prefix[] = "(alice@host.example.com) ", request[] = "U2F1.abcdefgh : ";

/* A line as characters, and where each is seen. */
struct line {
    FriBidiChar codes[LINE_MAX_CODES];
    FriBidiStrIndex seen[LINE_MAX_CODES]; /* columns, from the left */
    FriBidiStrIndex length;
};

static void add(struct line *line, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(text + at, length - at, &code);

        assert_true(size > 0 && line->length < LINE_MAX_CODES);
        line->codes[line->length++] = (FriBidiChar)code;
        at += size;
    }
}

/* `base`: the direction that the terminal takes the line for. */
static void reorder(struct line *line, FriBidiParType base)
{
    FriBidiCharType types[LINE_MAX_CODES];
    FriBidiBracketType brackets[LINE_MAX_CODES];
    FriBidiLevel levels[LINE_MAX_CODES];
    FriBidiStrIndex order[LINE_MAX_CODES];

    fribidi_get_bidi_types(line->codes, line->length, types);
    fribidi_get_bracket_types(line->codes, line->length, types, brackets);
    assert_true(fribidi_get_par_embedding_levels_ex(types, brackets, line->length, &base, levels) >
                0);
    for (FriBidiStrIndex i = 0; i < line->length; i++)
        order[i] = i;
    assert_true(fribidi_reorder_line(FRIBIDI_FLAGS_DEFAULT, types, line->length, 0, base, levels,
                                     NULL, order) > 0);
    for (FriBidiStrIndex i = 0; i < line->length; i++)
        line->seen[order[i]] = i;
}

static bool is_seen(FriBidiChar code)
{
    return code != ' ' && !(code >= 0x200e && code <= 0x200f) &&
           !(code >= 0x2066 && code <= 0x2069);
}

/* The columns of the word that begins at `at`; returns where it ends, at `end` at the latest. */
static FriBidiStrIndex word(const struct line *line, FriBidiStrIndex at, FriBidiStrIndex end,
                            FriBidiStrIndex *ret_left, FriBidiStrIndex *ret_right)
{
    *ret_left = line->length;
    *ret_right = -1;
    for (; at < end && line->codes[at] != ' '; at++) {
        if (!is_seen(line->codes[at]))
            continue;
        if (line->seen[at] < *ret_left)
            *ret_left = line->seen[at];
        if (line->seen[at] > *ret_right)
            *ret_right = line->seen[at];
    }
    return at;
}

/* Words from `first` to `end` follow each other from right to left. */
static void assert_order(const struct line *line, FriBidiStrIndex first, FriBidiStrIndex end,
                         const char *language, const char *text)
{
    FriBidiStrIndex last = line->length;

    for (FriBidiStrIndex at = first, left, right; at < end; at++) {
        at = word(line, at, end, &left, &right);
        if (right >= 0 && right >= last)
            fail_msg("%s: out of order: '%s'", language, text);
        last = right >= 0 ? left : last;
    }
}

/* What surrounds the line keeps its place: before it the prefix, after it what is typed. */
static void assert_around(const struct line *line, FriBidiStrIndex first, FriBidiStrIndex end,
                          const char *language, const char *text)
{
    for (FriBidiStrIndex i = 0; i < line->length; i++) {
        bool inside = i >= first && i < end;

        if (!inside && is_seen(line->codes[i]) && line->seen[i] != i)
            fail_msg("%s: the line and what is around it are mixed up: '%s'", language, text);
    }
}

static void assert_line(const char *language, const char *text, size_t length, const char *before,
                        const char *after)
{
    static const FriBidiParType bases[] = {FRIBIDI_PAR_LTR, FRIBIDI_PAR_ON};
    size_t ending = length >= 2 && memcmp(text + length - 2, ": ", 2) == 0 ? 2 : 0;

    for (size_t i = 0; i < CS_ARRAY_SIZE(bases); i++) {
        struct line line = {.length = 0};
        FriBidiStrIndex first, end;

        add(&line, before, strlen(before));
        first = line.length;
        add(&line, text, length - ending);
        end = line.length;
        add(&line, text + length - ending, ending);
        add(&line, after, strlen(after));
        reorder(&line, bases[i]);
        assert_order(&line, first, end, language, text);
        assert_around(&line, first, end, language, text);
    }
}

static void assert_in_order(const char *language, const char *text)
{
    for (const char *line = text, *end; line[0] != '\0'; line = end + (end[0] != '\0')) {
        end = line + strcspn(line, "\n");
        if (end == line)
            continue;
        assert_line(language, line, (size_t)(end - line), "", "");
        assert_line(language, line, (size_t)(end - line), prefix, "");
        if (end[0] == '\0')
            assert_line(language, line, (size_t)(end - line), prefix, request);
    }
}

static void test_every_line_is_in_order(void **state)
{
    size_t found = 0;

    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        if (!cs_language_is_rtl(languages[l]))
            continue;
        each_shown(languages[l], assert_in_order);
        found++;
    }
    assert_true(found > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_line_is_in_order)};

    return cmocka_run_group_tests_name("bidi", tests, NULL, NULL);
}
