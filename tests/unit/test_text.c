#include "tests/unit/unit.h"

#include "conversation/text.h"

static void assert_rendered(enum cs_text_key key, const char *own, const char *expected)
{
    const struct cs_text_values values = {.left = 3};
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    cs_text_render(&out, key, own, &values);
    assert_string_equal(out.text ? out.text : "", expected);
}

static void test_render_built_in_texts(void **state)
{
    (void)state;
    assert_rendered(CS_TEXT_OTP_PROMPT, NULL, "Verification code: ");
    assert_rendered(CS_TEXT_NOT_ACCEPTED, NULL, "That code was not accepted. Tries left: 3\n");
    assert_rendered(CS_TEXT_RECOVERY_LEFT, NULL,
                    "Recovery codes left: 3\nPress Enter to continue: ");
}

static void test_render_own_text(void **state)
{
    static const char *const rows[][2] = {
        {"Code: ", "Code: "},
        {"", ""},
        {"100%%: ", "100%: "},
        {"%%%%", "%%"},
        {"%%L", "%L"},
        {"left %L: ", "left 3: "},
        {"[%C]", "[]"},
        {"a\\nb\\tc\\\\d", "a\nb\tc\\d"},
        {"\\\\n", "\\n"},
        {"%n%s%x", "%n%s%x"}, /* never a format */
        {"%5$s %*d", "%5$s %*d"},
        {"trailing %", "trailing %"},
        {"trailing \\", "trailing \\"},
        {"%", "%"},
        {"\\", "\\"},
        {"\\q%q", "\\q%q"},
        {"\\%L", "\\%L"}, /* an unknown escape takes one character with it */
        {"%\\n", "%\\n"},
        {"\xe6\x97\xa5%L\xc3\xb6", "\xe6\x97\xa5"
                                   "3\xc3\xb6"},
        {"%\xc3\xb6", "%\xc3\xb6"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_rendered(CS_TEXT_OTP_PROMPT, rows[i][0], rows[i][1]);
}

/* What check allows, and the longest line in front of it, is one prompt of at most 500 bytes. */
static void test_check_own_prompt_leaves_room_for_the_line_before_it(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer own = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    struct cs_error error = {0};
    const struct cs_text_values values = {.left = 10};

    (void)state;
    do
        cs_buffer_text(&own, own.length % 72 == 70 ? "\\n" : "x");
    while (cs_text_check(own.text, &error) == CS_OK);
    own.text[own.length - 1] = '\0';
    assert_true(own.length > 300);
    cs_text_render(&prompt, CS_TEXT_NOT_ACCEPTED, NULL, &values);
    cs_text_render(&prompt, CS_TEXT_OTP_PROMPT, own.text, &values);
    assert_in_range(prompt.length, 1, CS_TEXT_BYTES_MAX);
}

static void assert_checked(const char *own, const char *refusal)
{
    struct cs_error error = {0};
    enum cs_err result = cs_text_check(own, &error);

    if (result != (refusal ? CS_ERR_CONFIG : CS_OK))
        fail_msg("'%s': result %d: %s", own, (int)result, error.text);
    if (refusal != NULL)
        assert_contains(error.text, refusal);
}

static void test_check_column_limit_exact(void **state)
{
    char line[400];

    (void)state;
    memset(line, 'x', sizeof line);
    line[CS_TEXT_COLUMNS_MAX] = '\0';
    assert_checked(line, NULL);
    memcpy(line + CS_TEXT_COLUMNS_MAX, "\\nxxxx", 7);
    assert_checked(line, NULL);
    memcpy(line + CS_TEXT_COLUMNS_MAX, "y", 2);
    assert_checked(line, "longer than 77 columns");
    memcpy(line, "ok\\n", 4); /* the second line is too long, not the first */
    memset(line + 4, 'x', 78);
    line[82] = '\0';
    assert_checked(line, "longer than 77 columns");
    for (size_t i = 0; i < CS_TEXT_COLUMNS_MAX; i++) /* columns, not bytes */
        memcpy(line + 2 * i, "\xc3\xb6", 3);
    assert_checked(line, NULL);
}

static void test_check_bad_texts_refused(void **state)
{
    static const char *const rows[][2] = {
        {"", "has 0 bytes"},
        {"%C", "has 0 bytes"},
        {"a\nb", "control characters"},
        {"a\tb", "control characters"},
        {"\x1b[1m", "control characters"},
        {"\xff", "not UTF-8"},
        {"\xe2\x80\xae", "control characters"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_checked(rows[i][0], rows[i][1]);
    assert_checked("%n%s", NULL);
    assert_checked("\\n", NULL);
    assert_checked("%", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render_built_in_texts),
        cmocka_unit_test(test_render_own_text),
        cmocka_unit_test(test_check_own_prompt_leaves_room_for_the_line_before_it),
        cmocka_unit_test(test_check_column_limit_exact),
        cmocka_unit_test(test_check_bad_texts_refused),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
