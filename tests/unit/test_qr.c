/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes in text. */
#include "tests/unit/unit.h"

#include "conversation/qr.h"
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
        cmocka_unit_test(test_no_higher_than_allowed),
    };

    return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
