/* SPDX-License-Identifier: Apache-2.0 */
/* Junk: what sshd sends for accounts that it refuses (auth-pam.c, fake_password). */
#include "tests/unit/unit.h"

#include "conversation/answer.h"
#include "wire/round.h"

static const char junk[] = "\b\n\r\177INCORRECT";
enum { JUNK_LENGTH = sizeof junk - 1, LONGEST = 64 };

static enum cs_answer_kind kind_of(const char *data, size_t length)
{
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    assert_int_equal(cs_secret_set(&answer, data, length), CS_OK);
    return cs_answer_kind(&answer);
}

static void fill_junk(char *out, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = junk[i % JUNK_LENGTH];
}

static void test_kind_junk_of_every_length_found(void **state)
{
    char text[CS_ANSWER_BYTES_MAX + 1];

    (void)state;
    fill_junk(text, sizeof text);
    for (size_t length = 1; length <= LONGEST; length++)
        assert_int_equal(kind_of(text, length), CS_ANSWER_JUNK);
    assert_int_equal(kind_of(text, sizeof text), CS_ANSWER_JUNK); /* junk even when cut */
}

static void test_kind_any_changed_byte_is_typed(void **state)
{
    char text[LONGEST];

    (void)state;
    for (size_t length = 1; length <= LONGEST; length++) {
        for (size_t i = 0; i < length; i++) {
            fill_junk(text, length);
            text[i] ^= 1;
            assert_int_equal(kind_of(text, length), CS_ANSWER_TYPED);
        }
    }
}

static void test_kind_near_misses_are_typed(void **state)
{
    static const struct {
        const char *data;
        size_t length;
    } rows[] = {
        {TEXT("INCORRECT")},
        {TEXT("\n\r\177INCORRECT")},
        {TEXT("\b\n\r\177incorrect")},
        {TEXT("\b\n\r ")},
        {TEXT("\b\n\r\177INCORRECT\b\n\r\177INCORRECT\n")},
        {TEXT("\b\0")},
        {TEXT("\b\n\r\177INCORRECT\0")},
        {TEXT("123456")},
        {TEXT(" ")},
        {TEXT("\0")},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_int_equal(kind_of(rows[i].data, rows[i].length), CS_ANSWER_TYPED);
}

static void test_kind_empty_and_too_long(void **state)
{
    static char text[CS_ANSWER_BYTES_MAX + 1];

    (void)state;
    memset(text, '1', sizeof text);
    assert_int_equal(kind_of("", 0), CS_ANSWER_EMPTY);
    assert_int_equal(kind_of(text, CS_ANSWER_BYTES_MAX), CS_ANSWER_TYPED);
    assert_int_equal(kind_of(text, CS_ANSWER_BYTES_MAX + 1), CS_ANSWER_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_junk_of_every_length_found),
        cmocka_unit_test(test_kind_any_changed_byte_is_typed),
        cmocka_unit_test(test_kind_near_misses_are_typed),
        cmocka_unit_test(test_kind_empty_and_too_long),
    };

    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
