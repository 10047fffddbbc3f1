/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes in text. */
#include "tests/unit/unit.h"

#include "conversation/qr.h"
#include "conversation/qr_svg.h"
#include "conversation/width.h"

static void test_a_line_for_two_rows(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    unsigned lines = 0;

    (void)state;
    assert_true(cs_qr_add(&out, "https://id.example.com/d?c=WDJB-MJHT", CS_QR_DARK, 23));
    for (const char *line = out.text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        assert_int_equal(cs_text_columns(line, (size_t)(end - line)), 29 + 4);
        lines++;
    }
    assert_int_equal(lines, 17);
}

/* What is ink in one is ground in the other. */
static void test_the_contrary(void **state)
{
    static const char *const halves[] = {" ", "\u2584", "\u2580", "\u2588"};
    CS_AUTO(cs_buffer_free) struct cs_buffer dark = {0}, light = {0};
    const char *a, *b;

    (void)state;
    assert_true(cs_qr_add(&dark, "x", CS_QR_DARK, 0));
    assert_true(cs_qr_add(&light, "x", CS_QR_LIGHT, 0));
    assert_int_equal(light.text[0], halves[3][0]); /* the quiet zone is light */
    for (a = dark.text, b = light.text; *a != '\0' && *b != '\0';) {
        size_t i = 0;

        if (*a == '\n') {
            assert_int_equal(*b, '\n');
            a++, b++;
            continue;
        }
        while (strncmp(a, halves[i], strlen(halves[i])) != 0)
            i++;
        assert_memory_equal(b, halves[3 - i], strlen(halves[3 - i]));
        a += strlen(halves[i]);
        b += strlen(halves[3 - i]);
    }
    assert_int_equal(*a, *b);
}

/* Whether the module at that place is dark, by the half blocks. */
static bool is_block(const char *code, size_t row, size_t column)
{
    const char *line = code;

    for (size_t i = 0; i < row / 2; i++)
        line = strchr(line, '\n') + 1;
    for (; column > 0; column--)
        line += *line == ' ' ? 1 : 3;
    return strncmp(line, "\u2588", 3) == 0 ||
           strncmp(line, row % 2 == 0 ? "\u2580" : "\u2584", 3) == 0;
}

static void test_ascii_has_the_same_modules(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer blocks = {0}, ascii = {0}, light = {0};

    (void)state;
    assert_true(cs_qr_add(&blocks, "x", CS_QR_DARK, 0));
    assert_true(cs_qr_add_ascii(&ascii, "x", CS_QR_DARK));
    assert_true(cs_qr_add_ascii(&light, "x", CS_QR_LIGHT));
    assert_int_equal(ascii.length, 25 * (2 * 25 + 1)); /* version 1 has 21 modules */
    for (size_t row = 0; row < 25; row++) {
        for (size_t column = 0; column < 25; column++) {
            const char *pair = ascii.text + row * 51 + column * 2;
            bool dark = strncmp(pair, "##", 2) == 0;

            assert_true(dark || strncmp(pair, "  ", 2) == 0);
            assert_int_equal(dark, is_block(blocks.text, row, column));
            assert_int_equal(dark, light.text[row * 51 + column * 2] == ' ');
        }
    }
}

/* A white ground, and rectangles on it that are its dark modules. */
static void test_svg_has_as_many_dark_modules(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer svg = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer long_one = {0};
    char text[3000];
    unsigned runs = 0;

    (void)state;
    assert_true(cs_qr_svg_add(&svg, "x"));
    assert_contains(svg.text, "viewBox=\"0 0 29 29\"");
    assert_contains(svg.text, "<path fill=\"#fff\" d=\"M0 0h29v29H0z\"/>");
    assert_contains(svg.text, "d=\"M4 4h7v1h-7z"); /* the top of a finder pattern */
    for (const char *c = strstr(svg.text, "#000"); (c = strchr(c, 'M')) != NULL; c++) {
        int x, y, length, used = 0;

        assert_int_equal(sscanf(c, "M%d %dh%dv1h-%*dz%n", &x, &y, &length, &used), 3);
        assert_true(used > 0 && x >= 4 && y >= 4 && y < 25 && length > 0 && x + length <= 25);
        runs++;
    }
    assert_true(runs > 50);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_false(cs_qr_svg_add(&long_one, text));
    assert_int_equal(long_one.length, 0);
}

static void test_no_higher_than_allowed(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    char text[200];

    (void)state;
    memset(text, 'x', sizeof text);
    text[134] = '\0'; /* what a challenge has room for */
    assert_true(cs_qr_add(&out, text, CS_QR_DARK, 23));
    cs_buffer_free(&out);
    memset(text, 'x', sizeof text - 1);
    text[135] = '\0';
    assert_false(cs_qr_add(&out, text, CS_QR_DARK, 23));
    assert_int_equal(out.length, 0);
    assert_true(cs_qr_add(&out, text, CS_QR_DARK, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_for_two_rows),
        cmocka_unit_test(test_the_contrary),
        cmocka_unit_test(test_ascii_has_the_same_modules),
        cmocka_unit_test(test_svg_has_as_many_dark_modules),
        cmocka_unit_test(test_no_higher_than_allowed),
    };

    return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
