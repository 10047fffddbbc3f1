/* SPDX-License-Identifier: Apache-2.0 */
/* What is found in pasted text, whatever surrounds it. Standard input is a pipe. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/pasted_word.h"

static struct cs_pasted_word wanted = {.ask = "", .again = "", .prefix = "U2F#", .more = ""};

/* Reads `text`; also gives how many of its bytes are left for other programs. */
static enum cs_err read_from(const char *text, size_t length, struct cs_buffer *out, size_t *left)
{
    static char rest[65536];
    int ends[2];
    enum cs_err result;
    ssize_t got;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], text, length), length);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(ends[0]), 0);
    result = cs_pasted_word_read(&wanted, out, NULL);
    got = read(STDIN_FILENO, rest, sizeof rest);
    assert_true(got >= 0);
    *left = (size_t)got;
    return result;
}

static void check(const char *text, size_t length, enum cs_err wanted_result, const char *line,
                  size_t wanted_left)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    size_t left;

    assert_int_equal(read_from(text, length, &out, &left), wanted_result);
    assert_string_equal(out.text, line);
    assert_int_equal(left, wanted_left);
}

static void finds_the_word_and_leaves_the_rest(void **state)
{
    (void)state;
    check(TEXT("U2F1.abc"), CS_OK, "U2F1.abc", 0);
    check(TEXT("\n \t\r\n\nU2F1.abc\nmore\n"), CS_OK, "U2F1.abc", 5);
    check(TEXT("xU2F1.no one U2F1.yes : \n"), CS_OK, "U2F1.yes : ", 0);
    check(TEXT("Touch your U2F key for U2F2.yes : \n"), CS_OK, "U2F2.yes : ", 0);
    check(TEXT("a\0U2F1.no\nU2F1.b\0c\n"), CS_OK, "U2F1.b?c", 0);
}

/* For this test a word goes on until it has an 'e'. */
static bool has_no_end(const char *text)
{
    return strchr(text, 'e') == NULL;
}

static void a_word_goes_on_in_framed_lines(void **state)
{
    (void)state;
    wanted.goes_on = has_no_end;
    check(TEXT("U2F1.abe\n> c\n"), CS_OK, "U2F1.abe", 4);
    check(TEXT("| U2F1.ab\n> cd\n| e : \n> f\n"), CS_OK, "U2F1.ab\n> cd\n| e : ", 4);
    check(TEXT("U2F1.ab\n> c"), CS_OK, "U2F1.ab\n> c", 0);
    check(TEXT("U2F1.ab"), CS_OK, "U2F1.ab", 0);
    check(TEXT("U2F1.ab\n\n> e\n"), CS_OK, "U2F1.ab", 4);
    check(TEXT("U2F1.ab\n>e\n"), CS_OK, "U2F1.ab", 0);
    check(TEXT("U2F1.ab\n# e\n"), CS_OK, "U2F1.ab", 0);
    wanted.goes_on = NULL;
}

static void says_what_was_there_instead(void **state)
{
    (void)state;
    check(TEXT(""), CS_ERR_NOT_FOUND, "", 0);
    check(TEXT("\n\r\n \n"), CS_ERR_NOT_FOUND, "", 0);
    check(TEXT("one\ntwo\n\n"), CS_ERR_NOT_FOUND, "two", 0);
}

static void stops_at_its_bounds(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    size_t left;

    (void)state;
    for (int i = 0; i < CS_PASTED_WORD_LINES; i++)
        cs_buffer_text(&text, "x\n");
    cs_buffer_text(&text, "U2F1.abc\n");
    assert_int_equal(read_from(text.text, text.length, &out, &left), CS_ERR_NOT_FOUND);
    assert_int_equal(left, strlen("U2F1.abc\n"));
    cs_buffer_free(&text);
    cs_buffer_free(&out);
    for (int i = 0; i < CS_PASTED_WORD_BYTES; i++)
        cs_buffer_text(&text, "x");
    cs_buffer_text(&text, " U2F1.abc\n");
    assert_int_equal(read_from(text.text, text.length, &out, &left), CS_ERR_NOT_FOUND);
    assert_int_equal(left, strlen(" U2F1.abc\n"));
}

static void explains(const char *text, bool broken)
{
    struct cs_error error = {.text = "why"};

    cs_pasted_word_advise(text, &error);
    assert_int_equal(strstr(error.text, "join them") != NULL, broken);
    assert_ptr_equal(strstr(error.text, "why"), error.text);
}

static void a_word_at_the_end_of_its_line_may_go_on(void **state)
{
    (void)state;
    assert_int_equal(cs_pasted_word_length("U2F1.abc : "), strlen("U2F1.abc"));
    explains("U2F1.abc", true);
    explains("U2F1.abc \r", true);
    explains("U2F1.abc :", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_word_and_leaves_the_rest),
        cmocka_unit_test(a_word_goes_on_in_framed_lines),
        cmocka_unit_test(says_what_was_there_instead),
        cmocka_unit_test(stops_at_its_bounds),
        cmocka_unit_test(a_word_at_the_end_of_its_line_may_go_on),
    };

    return cmocka_run_group_tests_name("pasted_word", tests, NULL, NULL);
}
