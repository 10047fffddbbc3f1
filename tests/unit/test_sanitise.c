/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/sanitise.h"

static size_t encode(unsigned long code, char out[5])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The ranges that base/sanitise.h names, written down a second time. */
static bool must_go(unsigned long code)
{
    static const unsigned long ranges[][2] = {
        {0x00, 0x1f},     {0x7f, 0x7f},     {0x80, 0x9f},       {0x061c, 0x061c}, {0x200e, 0x200f},
        {0x2028, 0x2029}, {0x202a, 0x202e}, {0x2066, 0x2069},   {0x206a, 0x206f}, {0xfeff, 0xfeff},
        {0xfff9, 0xfffb}, {0xd800, 0xdfff}, {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(ranges); i++) {
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return true;
    }
    return code > 0x10ffff;
}

static void test_is_clean_every_code_point_as_listed(void **state)
{
    char bytes[5];

    (void)state;
    for (unsigned long code = 0; code <= 0x110001; code++) {
        size_t length = encode(code, bytes);

        if (cs_is_clean(bytes, length) == must_go(code))
            fail_msg("U+%04lX is judged wrongly", code);
    }
}

static void test_sanitise_range_edges_replaced(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *clean;
    } rows[] = {
        {TEXT("a\0b"), "a?b"},
        {TEXT("\x1b[31mred\x1b[0m"), "?[31mred?[0m"},
        {TEXT("tab\tline\nend\r"), "tab?line?end?"},
        {TEXT("\x7f"), "?"},
        {TEXT("\xc2\x80\xc2\x9f\xc2\xa0"), "??\xc2\xa0"},
        {TEXT("\xe2\x80\xaegpj.exe"), "?gpj.exe"},
        {TEXT("\xe2\x81\xa6x\xe2\x81\xa9"), "?x?"},
        {TEXT("\xef\xbb\xbf!"), "?!"},
        {TEXT("\xf3\xa0\x81\xa1z"), "?z"},
        {TEXT("J\xc3\xb6rg \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"),
         "J\xc3\xb6rg \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"},
        {TEXT(""), ""},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        cs_sanitise(&out, rows[i].text, rows[i].length);
        assert_string_equal(out.text ? out.text : "", rows[i].clean);
        assert_int_equal(cs_is_clean(rows[i].text, rows[i].length),
                         strcmp(rows[i].text, rows[i].clean) == 0 &&
                             strlen(rows[i].clean) == rows[i].length);
        /* Once clean, always clean. */
        assert_true(cs_is_clean(rows[i].clean, strlen(rows[i].clean)));
    }
}

static void test_sanitise_invalid_utf8_each_byte_replaced(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *clean;
    } rows[] = {
        {TEXT("\x80"), "?"},           /* a continuation alone */
        {TEXT("\xc3"), "?"},           /* cut short */
        {TEXT("\xe2\x82"), "??"},      /* cut short */
        {TEXT("\xf0\x9f\x98"), "???"}, /* cut short */
        {TEXT("\xc3("), "?("},         /* no continuation */
        {TEXT("\xe2\x82(x"), "?"
                             "?(x"},                  /* no second continuation */
        {TEXT("\xc0\xaf"), "??"},                     /* overlong slash, 2 bytes */
        {TEXT("\xc1\xbf"), "??"},                     /* overlong */
        {TEXT("\xe0\x80\xaf"), "???"},                /* overlong slash, 3 bytes */
        {TEXT("\xe0\x9f\xbf"), "???"},                /* largest overlong of 3 bytes */
        {TEXT("\xf0\x80\x80\xaf"), "????"},           /* overlong slash, 4 bytes */
        {TEXT("\xf0\x8f\xbf\xbf"), "????"},           /* largest overlong of 4 bytes */
        {TEXT("\xed\xa0\x80"), "???"},                /* U+D800 */
        {TEXT("\xed\xbf\xbf"), "???"},                /* U+DFFF */
        {TEXT("\xed\xa0\xbd\xed\xb8\x80"), "??????"}, /* CESU-8 */
        {TEXT("\xf4\x90\x80\x80"), "????"},           /* U+110000 */
        {TEXT("\xf8\x88\x80\x80\x80"), "?????"},      /* 5 bytes */
        {TEXT("\xfe\xff"), "??"},
        {TEXT("a\xff"
              "b"),
         "a?b"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        assert_false(cs_is_clean(rows[i].text, rows[i].length));
        cs_sanitise(&out, rows[i].text, rows[i].length);
        assert_string_equal(out.text, rows[i].clean);
    }
}

static void test_utf8_decode_never_reads_past_the_end(void **state)
{
    unsigned long code = 0;

    (void)state;
    for (size_t left = 1; left < 4; left++) {
        char *exact = malloc(left); /* the sanitizer sees a read beyond it */

        assert_non_null(exact);
        memcpy(exact, "\xf0\x9f\x98\x80", left);
        assert_int_equal(cs_utf8_decode(exact, left, &code), 0);
        free(exact);
    }
    assert_int_equal(cs_utf8_decode("\xf0\x9f\x98\x80", 4, &code), 4);
    assert_int_equal(code, 0x1f600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_clean_every_code_point_as_listed),
        cmocka_unit_test(test_sanitise_range_edges_replaced),
        cmocka_unit_test(test_sanitise_invalid_utf8_each_byte_replaced),
        cmocka_unit_test(test_utf8_decode_never_reads_past_the_end),
    };

    return cmocka_run_group_tests_name("sanitise", tests, NULL, NULL);
}
