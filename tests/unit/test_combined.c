/* SPDX-License-Identifier: Apache-2.0 */
/* Password and code in one line: which part is which. */
#include "tests/unit/unit.h"

#include "methods/password.h"

/* `code` NULL: there is none, and the whole line is the password. */
static void assert_split(const char *line, const char *separator, bool password_first,
                         bool digits_only, const char *password, const char *code)
{
    const struct cs_secret secret = {(char *)(uintptr_t)line, strlen(line)};
    CS_AUTO(cs_combined_clear) struct cs_combined parts = {0};
    bool has_code = code == NULL;

    assert_int_equal(
        cs_combined_split(&secret, separator, password_first, digits_only, &parts, &has_code, NULL),
        CS_OK);
    if (has_code != (code != NULL) || strcmp(parts.password.data, password) != 0)
        fail_msg("'%s' by '%s': password '%s', code '%s'", line, separator, parts.password.data,
                 has_code ? parts.code.data : "none");
    assert_int_equal(parts.password.length, strlen(password));
    if (code != NULL)
        assert_holds(&parts.code, code, strlen(code));
}

static void test_split_code_before_the_first_separator(void **state)
{
    (void)state;
    assert_split("123456:secret", ":", false, false, "secret", "123456");
    assert_split("123456:se:cr:et", ":", false, false, "se:cr:et", "123456");
    assert_split("123456::secret", ":", false, false, ":secret", "123456");
    assert_split("recovery-code:secret", ":", false, false, "secret", "recovery-code");
    assert_split(":secret", ":", false, false, "secret", "");
    assert_split("123456:", ":", false, false, "", "123456");
    assert_split(":", ":", false, false, "", "");
    assert_split("secret", ":", false, false, "secret", NULL);
    assert_split("123456", ":", false, false, "123456", NULL);
}

static void test_split_code_behind_the_last_separator(void **state)
{
    (void)state;
    assert_split("secret:123456", ":", true, false, "secret", "123456");
    assert_split("se:cr:et:123456", ":", true, false, "se:cr:et", "123456");
    assert_split("secret::123456", ":", true, false, "secret:", "123456");
    assert_split("secret:", ":", true, false, "secret", "");
    assert_split(":123456", ":", true, false, "", "123456");
    assert_split("secret", ":", true, false, "secret", NULL);
}

static void test_split_separators_of_several_characters(void **state)
{
    (void)state;
    assert_split("123456--secret", "--", false, false, "secret", "123456");
    assert_split("123456-secret", "--", false, false, "123456-secret", NULL);
    assert_split("123456---secret", "--", false, false, "-secret", "123456");
    assert_split("secret---123456", "--", true, false, "secret-", "123456");
    assert_split("a-b--c-", "--", true, false, "a-b", "c-");
    assert_split("-", "--", false, false, "-", NULL);
    assert_split("abc", "abcd", false, false, "abc", NULL);
    assert_split("secret\xc2\xa7"
                 "123456",
                 "\xc2\xa7", true, false, "secret", "123456");
}

/* Or the password alone and then a device: only 6 to 8 digits in the right place are a code. */
static void test_split_or_device_takes_digits_alone(void **state)
{
    static const struct {
        const char *line;
        const char *password, *code;
    } code_first[] = {
        {"123456:secret", "secret", "123456"},
        {"1234567:secret", "secret", "1234567"},
        {"12345678:secret", "secret", "12345678"},
        {"12345:secret", "12345:secret", NULL},
        {"123456789:secret", "123456789:secret", NULL},
        {"12345a:secret", "12345a:secret", NULL},
        {" 123456:secret", "secret", " 123456"}, /* as it is pasted */
        {"123 456:secret", "secret", "123 456"},
        {"se:123456", "se:123456", NULL},
        {":123456", ":123456", NULL},
        {"123456", "123456", NULL},
        {"12345/:secret", "12345/:secret", NULL}, /* next to 0 and to 9 */
        {"123456:", "", "123456"},
    };
    static const struct {
        const char *line;
        const char *password, *code;
    } password_first[] = {
        {"secret:123456", "secret", "123456"},      {"se:cret:12345678", "se:cret", "12345678"},
        {"secret:12345", "secret:12345", NULL},     {"secret:123456789", "secret:123456789", NULL},
        {"secret:123456 ", "secret", "123456 "},    {"123456:secret", "123456:secret", NULL},
        {"123456:secret:", "123456:secret:", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(code_first); i++)
        assert_split(code_first[i].line, ":", false, true, code_first[i].password,
                     code_first[i].code);
    for (size_t i = 0; i < CS_ARRAY_SIZE(password_first); i++)
        assert_split(password_first[i].line, ":", true, true, password_first[i].password,
                     password_first[i].code);
}

/* Codes are pasted in groups. The separator may be what stands between them. */
static void test_split_separator_within_the_code(void **state)
{
    static const struct {
        const char *line, *separator;
        bool password_first;
        const char *password, *code;
    } rows[] = {
        {"123-456-secret", "-", false, "secret", "123-456"},
        {"123 456 secret", " ", false, "secret", "123 456"},
        {"12-34-56-78-se-cret", "-", false, "78-se-cret", "12-34-56"},
        {"123456-78-secret", "-", false, "78-secret", "123456"},
        {"secret-123-456", "-", true, "secret", "123-456"},
        {"se cret 123 456", " ", true, "se cret", "123 456"},
        {"secret-12-345678", "-", true, "secret-12", "345678"},
        {"12-se-cret", "-", false, "se-cret", "12"},
        {"se-cret-12", "-", true, "se-cret", "12"},
        {"-123456-secret", "-", false, "secret", "-123456"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_split(rows[i].line, rows[i].separator, rows[i].password_first, false,
                     rows[i].password, rows[i].code);
    assert_split("123-456-secret", "-", false, true, "secret", "123-456");
    assert_split("12-secret", "-", false, true, "12-secret", NULL);
}

#define WIDE "\xef\xbc\x9a" /* a full-width colon */

/* Input methods type it for the usual separator; a password may contain it. */
static void test_split_full_width_colon(void **state)
{
    (void)state;
    assert_split("123456" WIDE "secret", ":", false, false, "secret", "123456");
    assert_split("secret" WIDE "123456", ":", true, false, "secret", "123456");
    assert_split("se" WIDE "cret" WIDE "123456", ":", true, false, "se" WIDE "cret", "123456");
    assert_split("123456" WIDE, ":", false, false, "", "123456");
    /* The usual one comes first, wherever it stands. */
    assert_split("123456:se" WIDE "cret", ":", false, false, "se" WIDE "cret", "123456");
    assert_split("se" WIDE "cret:123456", ":", true, false, "se" WIDE "cret", "123456");
    assert_split("123456" WIDE "se:cret", ":", false, false, "cret", "123456" WIDE "se");
    /* Nobody else's separator has another form. */
    assert_split("123456" WIDE "secret", "-", false, false, "123456" WIDE "secret", NULL);
    assert_split("123456" WIDE "secret", "::", false, false, "123456" WIDE "secret", NULL);
    /* Or the password alone and then a device. */
    assert_split("123456" WIDE "secret", ":", false, true, "secret", "123456");
    assert_split("se" WIDE "cret", ":", false, true, "se" WIDE "cret", NULL);
    assert_split("", ":", false, false, "", NULL);
}

static void test_clear_may_be_repeated(void **state)
{
    struct cs_combined parts = {0};

    (void)state;
    assert_int_equal(cs_secret_set(&parts.password, "x", 1), CS_OK);
    assert_int_equal(cs_secret_set(&parts.code, "y", 1), CS_OK);
    cs_combined_clear(&parts);
    cs_combined_clear(&parts);
    assert_null(parts.password.data);
    assert_null(parts.code.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_code_before_the_first_separator),
        cmocka_unit_test(test_split_code_behind_the_last_separator),
        cmocka_unit_test(test_split_separators_of_several_characters),
        cmocka_unit_test(test_split_or_device_takes_digits_alone),
        cmocka_unit_test(test_split_separator_within_the_code),
        cmocka_unit_test(test_split_full_width_colon),
        cmocka_unit_test(test_clear_may_be_repeated),
    };

    return cmocka_run_group_tests_name("combined", tests, NULL, NULL);
}
