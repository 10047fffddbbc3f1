/* SPDX-License-Identifier: Apache-2.0 */
/* The small helpers: secret, buffer, string list, error, log, clock. */
#include "tests/unit/unit.h"

#include "base/flag.h"

#include <errno.h>
#include <limits.h>
#include <syslog.h>

#include "base/clock.h"

static void test_secret_set_replaces_and_terminates(void **state)
{
    struct cs_secret secret = {0};

    (void)state;
    assert_int_equal(cs_secret_set(&secret, "abc", 3), CS_OK);
    assert_holds(&secret, "abc", 3);
    assert_int_equal(cs_secret_set(&secret, "x\0y", 3), CS_OK);
    assert_holds(&secret, "x\0y", 3);
    assert_int_equal(cs_secret_set(&secret, NULL, 0), CS_OK);
    assert_holds(&secret, "", 0);
    cs_secret_free(&secret);
    assert_null(secret.data);
    assert_int_equal(secret.length, 0);
    cs_secret_free(&secret);
}

static void test_secret_set_from_itself_keeps_content(void **state)
{
    struct cs_secret secret = {0};

    (void)state;
    assert_int_equal(cs_secret_set(&secret, "0123456789", 10), CS_OK);
    assert_int_equal(cs_secret_set(&secret, secret.data + 5, 5), CS_OK);
    assert_holds(&secret, "56789", 5);
    cs_secret_free(&secret);
}

static void test_equal_ct_any_difference_found(void **state)
{
    unsigned char a[33], b[33];

    (void)state;
    memset(a, 0x5a, sizeof a);
    memcpy(b, a, sizeof b);
    assert_true(cs_equal_ct(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            b[i] ^= (unsigned char)(1U << bit);
            assert_false(cs_equal_ct(a, b, sizeof a));
            b[i] ^= (unsigned char)(1U << bit);
        }
    }
    assert_true(cs_equal_ct(a, "", 0));
}

static void test_buffer_grows_and_hands_over(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer buffer = {0};
    CS_AUTO(cs_string_free) char *text = NULL;

    (void)state;
    for (int i = 0; i < 1000; i++)
        cs_buffer_printf(&buffer, "%03d,", i);
    assert_int_equal(buffer.length, 4000);
    assert_int_equal(strlen(buffer.text), 4000);
    assert_memory_equal(buffer.text + 3996, "999,", 4);
    text = cs_buffer_take(&buffer);
    assert_memory_equal(text, "000,001,", 8);
    assert_null(buffer.text);
    assert_int_equal(buffer.length, 0);
    assert_int_equal(buffer.capacity, 0);
}

static void test_buffer_take_of_nothing_is_empty_text(void **state)
{
    struct cs_buffer buffer = {0};
    CS_AUTO(cs_string_free) char *text = cs_buffer_take(&buffer);

    (void)state;
    assert_string_equal(text, "");
}

static void test_buffer_exact_fit_stays_terminated(void **state)
{
    char filler[300];

    (void)state;
    memset(filler, 'x', sizeof filler);
    for (size_t length = 120; length < 260; length++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer buffer = {0};

        cs_buffer_add(&buffer, filler, length);
        assert_true(buffer.capacity > buffer.length);
        assert_int_equal(strlen(buffer.text), length);
        cs_buffer_text(&buffer, "yz");
        assert_string_equal(buffer.text + length, "yz");
    }
}

static void test_buffer_failed_is_sticky_and_gives_null(void **state)
{
    struct cs_buffer buffer = {0};

    (void)state;
    cs_buffer_text(&buffer, "a");
    buffer.failed = true;
    cs_buffer_text(&buffer, "b");
    cs_buffer_printf(&buffer, "%d", 1);
    assert_string_equal(buffer.text, "a");
    assert_null(cs_buffer_take(&buffer));
    assert_null(buffer.text);
}

static void test_strlist_add_copies(void **state)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist list = {0};

    (void)state;
    assert_int_equal(cs_strlist_add(&list, "abcdef", 3), CS_OK);
    assert_int_equal(cs_strlist_add(&list, "", 0), CS_OK);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0], "abc");
    assert_string_equal(list.items[1], "");
}

static void test_fail_sets_code_and_text(void **state)
{
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_fail(&error, CS_ERR_INPUT, "%s %d", "x", 7), CS_ERR_INPUT);
    assert_int_equal(error.code, CS_ERR_INPUT);
    assert_string_equal(error.text, "x 7");
    assert_int_equal(cs_fail(NULL, CS_ERR_TRUST, "no place for this"), CS_ERR_TRUST);
    assert_int_equal(cs_fail_nomem(&error), CS_ERR_NOMEM);
    assert_string_equal(error.text, "out of memory");
}

static void test_fail_long_text_marked_as_cut(void **state)
{
    char text[2000];
    struct cs_error error = {0};

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)cs_fail(&error, CS_ERR_INPUT, "%s", text);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_string_equal(error.text + sizeof error.text - 5, "x...");
    text[sizeof error.text - 1] = '\0';
    (void)cs_fail(&error, CS_ERR_INPUT, "%s", text); /* fits exactly */
    assert_string_equal(error.text, text);
}

static void test_fail_errno_names_the_reason(void **state)
{
    struct cs_error error = {0};
    char text[600];

    (void)state;
    errno = EACCES;
    assert_int_equal(cs_fail_errno(&error, "%s: cannot open", "/x"), CS_ERR_SYSTEM);
    assert_string_equal(error.text, "/x: cannot open: Permission denied");
    errno = ENOENT;
    assert_int_equal(cs_fail_errno(&error, "/x"), CS_ERR_NOT_FOUND);
    assert_int_equal(error.code, CS_ERR_NOT_FOUND);
    errno = 99999;
    assert_int_equal(cs_fail_errno(&error, "/x"), CS_ERR_SYSTEM);
    assert_string_equal(error.text, "/x: unknown error");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    errno = EACCES;
    (void)cs_fail_errno(&error, "%s", text);
    assert_true(strlen(error.text) < sizeof error.text);
    errno = ENOENT;
    assert_int_equal(cs_fail_errno(NULL, "/x"), CS_ERR_NOT_FOUND);
}

static void test_log_line_cleaned_and_cut(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    struct cs_log log = log_into(&lines);
    char text[4000];

    (void)state;
    cs_log(&log, LOG_INFO, "user '%s'", "a\nb\x1b[2J\xff");
    assert_string_equal(lines.text, "user 'a?b?[2J?'\n");
    cs_buffer_free(&lines);
    cs_log(&log, LOG_INFO, "%s", "%n%s");
    assert_string_equal(lines.text, "%n%s\n");
    cs_buffer_free(&lines);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cs_log(&log, LOG_INFO, "%s", text);
    assert_true(lines.length < 2100);
    assert_contains(lines.text, "xxx...\n");
}

static void test_log_debug_only_when_wanted(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    struct cs_log log = log_into(&lines);

    (void)state;
    log.debug = false;
    cs_log(&log, LOG_DEBUG, "quiet");
    assert_null(lines.text);
    cs_log(&log, LOG_INFO, "loud");
    assert_string_equal(lines.text, "loud\n");
    log.debug = true;
    cs_log(&log, LOG_DEBUG, "now");
    assert_string_equal(lines.text, "loud\nnow\n");
}

static void test_clock_left_bounded_both_ways(void **state)
{
    int64_t now = cs_clock_ms();

    (void)state;
    assert_int_equal(cs_clock_left(now - 1), 0);
    assert_int_equal(cs_clock_left(INT64_MIN / 2), 0);
    assert_uint_in_range(cs_clock_left(now + 60000), 50000, 60000);
    assert_int_equal(cs_clock_left(now + (int64_t)INT_MAX * 2), INT_MAX);
}

static void test_flag_words(void **state)
{
    static const char *const yes[] = {"yes", "true", "on", "1", "y"};
    static const char *const no[] = {"no", "false", "off", "0", "n"};
    static const char *const neither[] = {"", "Yes", "TRUE", " yes", "2", "maybe", "yess"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(yes); i++) {
        bool flag = false;

        assert_true(cs_flag_parse(yes[i], &flag));
        assert_true(flag);
        flag = true;
        assert_true(cs_flag_parse(no[i], &flag));
        assert_false(flag);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(neither); i++) {
        bool flag = i % 2 == 0;

        assert_false(cs_flag_parse(neither[i], &flag));
        assert_int_equal(flag, i % 2 == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flag_words),
        cmocka_unit_test(test_secret_set_replaces_and_terminates),
        cmocka_unit_test(test_secret_set_from_itself_keeps_content),
        cmocka_unit_test(test_equal_ct_any_difference_found),
        cmocka_unit_test(test_buffer_grows_and_hands_over),
        cmocka_unit_test(test_buffer_take_of_nothing_is_empty_text),
        cmocka_unit_test(test_buffer_exact_fit_stays_terminated),
        cmocka_unit_test(test_buffer_failed_is_sticky_and_gives_null),
        cmocka_unit_test(test_strlist_add_copies),
        cmocka_unit_test(test_fail_sets_code_and_text),
        cmocka_unit_test(test_fail_long_text_marked_as_cut),
        cmocka_unit_test(test_fail_errno_names_the_reason),
        cmocka_unit_test(test_log_line_cleaned_and_cut),
        cmocka_unit_test(test_log_debug_only_when_wanted),
        cmocka_unit_test(test_clock_left_bounded_both_ways),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
