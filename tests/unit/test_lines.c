/* SPDX-License-Identifier: Apache-2.0 */
/* Some clients (dbclient 2026.94) take the newlines out of a prompt: what is left must stay
 * readable, in every language, menus and folded texts included. */
#include "tests/unit/unit.h"

#include "conversation/lines.h"
#include "tests/unit/languages.h"
#include "tests/unit/shown.h"

static void assert_lines(const char *text, bool rtl, const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    cs_add_lines(&out, text, strlen(text), rtl);
    assert_string_equal(out.text ? out.text : "", expected);
}

static void test_a_blank_ends_each_line(void **state)
{
    (void)state;
    assert_lines("", false, "");
    assert_lines("One.\nTwo: ", false, "One. \nTwo: ");
    assert_lines("One. \n\nTwo\n", false, "One. \n\nTwo \n");
    assert_lines("\n", false, "\n");
}

static void test_a_line_from_right_to_left_is_isolated(void **state)
{
    (void)state;
    assert_lines("", true, "");
    assert_lines("A\nB: ", true, "\u2067A\u2069 \n\u2067B\u2069: ");
    assert_lines("A: B", true, "\u2067A: B\u2069");
    assert_lines(": ", true, ": ");
    assert_lines("A\n\n", true, "\u2067A\u2069 \n\n");
}

static void test_end_line(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {{"", ""}, {"A", "A \n"}, {"A ", "A \n"}, {"A\n", "A\n\n"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        cs_buffer_text(&out, rows[i].text);
        cs_end_line(&out);
        assert_string_equal(out.text ? out.text : "", rows[i].expected);
    }
}

static void assert_readable_without_newlines(const char *language, const char *text)
{
    for (const char *end = strchr(text, '\n'); end != NULL; end = strchr(end + 1, '\n')) {
        if (end > text && end[-1] != ' ')
            fail_msg("%s: words are glued together without the newline: '%s'", language, text);
    }
}

static void test_every_prompt_is_readable_without_newlines(void **state)
{
    (void)state;
    each_shown("", assert_readable_without_newlines);
    for (size_t l = 0; l < languages_count; l++)
        each_shown(languages[l], assert_readable_without_newlines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_blank_ends_each_line),
        cmocka_unit_test(test_a_line_from_right_to_left_is_isolated),
        cmocka_unit_test(test_end_line),
        cmocka_unit_test(test_every_prompt_is_readable_without_newlines),
    };

    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
